#!/usr/bin/env bash
# A CRM in psql. README.md says what it does.
set -euo pipefail
card=$1
key=psql-$card
ask() { psql -X -q -A -t -v ON_ERROR_STOP=1 -v card="$card" -v key="$key" "$@"; } # psql fills in :'card' only in standard input

insert="INSERT INTO contego.request (action, parameters, subscription, idempotency_key)
        VALUES ('ADD_SUBSCRIPTIONS', jsonb_build_object('smartcard_ca_id', :'card', 'service_ca_id', '1111'), 'S-1001', :'key')
        RETURNING id"
id=$(ask <<<"$insert")
echo "inserted $id"

while state=$(ask -v id="$id" <<<"SELECT life_cycle_state FROM contego.request WHERE id = :id"); [ "$state" = PENDING ]; do
    sleep 0.2
done
echo "outcome $id $state"

if ! ask <<<"$insert" 2>/dev/null; then # unique_violation: the constraint idempotency_key_is_used_already
    echo "again $(ask <<<"SELECT request_id FROM contego.idempotency WHERE idempotency_key = :'key'")"
fi

position=0 # a real reader stores the position that it has processed
until fed=$(ask -v position="$position" -v id="$id" <<<"
    SELECT life_cycle_state FROM contego.finished_after(:position) WHERE request_id = :id"); [ -n "$fed" ]; do
    sleep 0.2
done
echo "fed $id $fed"

later=$(ask <<<"
    INSERT INTO contego.request (action, parameters, scheduled_date)
    VALUES ('CANCEL_SUBSCRIPTIONS', jsonb_build_object('smartcard_ca_id', :'card', 'service_ca_id', '1111'), now() + interval '3 days')
    RETURNING id")
withdrawn=$(ask -v id="$later" <<<"SELECT coalesce(refused, after) FROM contego.withdraw(:id, 'the customer has paid')")
echo "withdrawn $later $withdrawn"
