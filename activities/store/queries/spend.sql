-- name: spend
-- A campaign's ledger.
select campaign_id, currency, total, reserved, committed, paid from budget where campaign_id = $1;
