#!/usr/bin/env node
// A CRM in Node.js with pg. README.md says what it does.
import pg from "pg";
import { setTimeout as sleep } from "node:timers/promises";

const card = process.argv[2];
const key = `node-${card}`;
const parameters = { smartcard_ca_id: card, service_ca_id: "1111" };
const insert = `INSERT INTO contego.request (action, parameters, subscription, idempotency_key)
                VALUES ('ADD_SUBSCRIPTIONS', $1, 'S-1001', $2) RETURNING id`;

const client = new pg.Client(); // PGHOST and so on
await client.connect();
const first = async (sql, values) => (await client.query(sql, values)).rows[0];

const { id } = await first(insert, [parameters, key]);
console.log("inserted", id);

let state = "PENDING";
while (state === "PENDING") {
    await sleep(100);
    state = (await first("SELECT life_cycle_state FROM contego.request WHERE id = $1", [id])).life_cycle_state;
}
console.log("outcome", id, state);

try {
    await first(insert, [parameters, key]);
} catch (error) {
    if (error.constraint !== "idempotency_key_is_used_already") throw error;
    console.log("again", (await first("SELECT request_id FROM contego.idempotency WHERE idempotency_key = $1", [key])).request_id);
}

let position = 0; // a real reader stores the position that it has processed
let fed;
while (!fed) {
    for (const row of (await client.query("SELECT position, request_id, life_cycle_state FROM contego.finished_after($1)", [position])).rows) {
        position = row.position;
        if (row.request_id === id) fed = row.life_cycle_state;
    }
    await sleep(100);
}
console.log("fed", id, fed);

const inThreeDays = new Date(Date.now() + 3 * 86400 * 1000);
const later = await first("INSERT INTO contego.request (action, parameters, scheduled_date) VALUES ('CANCEL_SUBSCRIPTIONS', $1, $2) RETURNING id",
    [parameters, inThreeDays]);
const withdrawn = await first("SELECT coalesce(refused, after) AS said FROM contego.withdraw($1, 'the customer has paid')", [later.id]);
console.log("withdrawn", later.id, withdrawn.said);
await client.end();
