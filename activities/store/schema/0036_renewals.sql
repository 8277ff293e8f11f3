-- From which campaign another one goes on, so that the earlier one leads to the later ones.
alter table campaign_board add column renewal_of text;
create index campaign_board_renewals on campaign_board (renewal_of, started_at, campaign_id) where renewal_of is not null;

update campaign_board as board
set renewal_of = started.data -> 'brief' ->> 'renewal_of'
from events as started
where
    started.stream = 'campaign/' || board.campaign_id
    and started.version = 1
    and started.data -> 'brief' ->> 'renewal_of' is not null;
