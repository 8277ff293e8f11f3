-- The invariant across streams: however many creators accept at once, a campaign never owes more than its budget.

-- All amounts in minor units of one currency. A fee moves from reserved (offered) to committed (accepted) to paid.
create table budget (
    campaign_id text primary key,
    currency text not null,
    total bigint not null default 0 check (total >= 0),
    reserved bigint not null default 0 check (reserved >= 0),
    committed bigint not null default 0 check (committed >= 0),
    paid bigint not null default 0 check (paid >= 0),
    constraint never_overspent check (reserved + committed + paid <= total)
);

-- Applies signed moves, in the transaction of the events that cause them. The moves of one campaign count by their sum.
create function move_budget(p_moves jsonb) returns void language plpgsql as $$
declare
    v_move record;
    v_ledger budget;
    v_available bigint;
    v_needed bigint;
begin
    for v_move in
        select
            campaign_id,
            currency,
            sum(total)::bigint as total,
            sum(reserved)::bigint as reserved,
            sum(committed)::bigint as committed,
            sum(paid)::bigint as paid
        from jsonb_to_recordset(p_moves) as move (
            campaign_id text, currency text, total bigint, reserved bigint, committed bigint, paid bigint
        )
        group by campaign_id, currency
        -- One order for all writers, so that two of them can't wait for each other.
        order by campaign_id, currency
    loop
        if v_move.total > 0 then
            insert into budget (campaign_id, currency) values (v_move.campaign_id, v_move.currency)
            on conflict (campaign_id) do nothing;
        end if;
        select * into v_ledger from budget where campaign_id = v_move.campaign_id for update;
        if not found then
            raise exception 'no budget' using errcode = 'GS005',
                detail = jsonb_build_object('kind', 'budget of campaign', 'id', v_move.campaign_id);
        end if;
        if v_ledger.currency <> v_move.currency then
            raise exception 'currency mismatch' using errcode = 'GS004',
                detail = jsonb_build_object('given', v_move.currency, 'needed', v_ledger.currency);
        end if;
        v_needed := v_move.reserved + v_move.committed + v_move.paid;
        v_available := v_ledger.total + v_move.total - v_ledger.reserved - v_ledger.committed - v_ledger.paid;
        if v_needed > v_available then
            raise exception 'budget exceeded' using errcode = 'GS003', detail = jsonb_build_object(
                'available', v_available, 'budget', v_ledger.total + v_move.total, 'needed', v_needed
            );
        end if;
        update budget
        set
            total = total + v_move.total,
            reserved = reserved + v_move.reserved,
            committed = committed + v_move.committed,
            paid = paid + v_move.paid
        where campaign_id = v_move.campaign_id;
    end loop;
end
$$;
