-- What operators' figures are counted by (queries/standing.sql): small indexes, of what is unfinished or rare.

-- Payouts that wait. A collaboration does not end while it owes, so only those of unfinished ones are looked up here.
create index events_of_payouts on events (stream, type) where type in ('PayoutScheduled', 'PayoutMade');

-- Mails that are under way.
create index mail_log_sending on mail_log (begun_at) where state = 'sending';
