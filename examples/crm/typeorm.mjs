#!/usr/bin/env node
// A CRM in Node.js with TypeORM. README.md says what it does.
import "reflect-metadata";
import { DataSource, EntitySchema, QueryFailedError } from "typeorm";
import { setTimeout as sleep } from "node:timers/promises";

const text = { type: "text", nullable: true };
const Request = new EntitySchema({
    name: "request",
    schema: "contego",
    columns: {
        id: { type: "bigint", primary: true, generated: "increment" },
        action: { type: "text" },
        parameters: { type: "jsonb" },
        subscription: text, process_name: text, process_id: text, provider: text, priority: text,
        scheduled_date: { type: "timestamptz", nullable: true },
        idempotency_key: text, life_cycle_state: text, progress: text, error_code: text, error_description: text,
    },
});

const { PGHOST, PGPORT, PGDATABASE, PGUSER } = process.env;
const db = await new DataSource({
    type: "postgres", host: PGHOST, port: Number(PGPORT ?? 5432), database: PGDATABASE, username: PGUSER, entities: [Request],
    installExtensions: false,
}).initialize();
const requests = db.getRepository(Request);

const card = process.argv[2];
const key = `typeorm-${card}`;
const parameters = { smartcard_ca_id: card, service_ca_id: "1111" };
const activation = () => ({ action: "ADD_SUBSCRIPTIONS", parameters, subscription: "S-1001", idempotency_key: key });

const { id } = await requests.save(activation());
console.log("inserted", id);

let state = "PENDING";
while (state === "PENDING") {
    await sleep(100);
    state = (await requests.findOneByOrFail({ id })).life_cycle_state;
}
console.log("outcome", id, state);

try {
    await requests.save(activation());
} catch (error) {
    if (!(error instanceof QueryFailedError) || error.driverError.code !== "23505") throw error;
    const [known] = await db.query("SELECT request_id FROM contego.idempotency WHERE idempotency_key = $1", [key]);
    console.log("again", known.request_id);
}

let position = 0; // a real reader stores the position that it has processed
let fed;
while (!fed) {
    for (const row of await db.query("SELECT position, request_id, life_cycle_state FROM contego.finished_after($1)", [position])) {
        position = row.position;
        if (row.request_id === id) fed = row.life_cycle_state;
    }
    await sleep(100);
}
console.log("fed", id, fed);

const later = await requests.save({ action: "CANCEL_SUBSCRIPTIONS", parameters, scheduled_date: new Date(Date.now() + 3 * 86400 * 1000) });
const [withdrawn] = await db.query("SELECT coalesce(refused, after) AS said FROM contego.withdraw($1, 'the customer has paid')", [later.id]);
console.log("withdrawn", later.id, withdrawn.said);
await db.destroy();
