#!/usr/bin/env node
// A CRM in Node.js with Sequelize. README.md says what it does.
import { DataTypes, QueryTypes, Sequelize, UniqueConstraintError } from "sequelize";
import { setTimeout as sleep } from "node:timers/promises";

const { PGHOST, PGPORT, PGDATABASE, PGUSER } = process.env;
const db = new Sequelize(PGDATABASE, PGUSER, null, { host: PGHOST, port: PGPORT ?? 5432, dialect: "postgres", logging: false });

const Request = db.define("request", {
    id: { type: DataTypes.BIGINT, primaryKey: true, autoIncrement: true },
    action: { type: DataTypes.TEXT, allowNull: false },
    parameters: { type: DataTypes.JSONB, allowNull: false },
    subscription: DataTypes.TEXT,
    process_name: DataTypes.TEXT,
    process_id: DataTypes.TEXT,
    provider: DataTypes.TEXT,
    priority: DataTypes.TEXT,
    scheduled_date: DataTypes.DATE,
    idempotency_key: DataTypes.TEXT,
    life_cycle_state: DataTypes.TEXT,
    progress: DataTypes.TEXT,
    error_code: DataTypes.TEXT,
    error_description: DataTypes.TEXT,
}, { schema: "contego", tableName: "request", timestamps: false });

const card = process.argv[2];
const key = `sequelize-${card}`;
const parameters = { smartcard_ca_id: card, service_ca_id: "1111" };
const activation = { action: "ADD_SUBSCRIPTIONS", parameters, subscription: "S-1001", idempotency_key: key };
const ask = (sql, bind) => db.query(sql, { bind, type: QueryTypes.SELECT });

const request = await Request.create(activation);
console.log("inserted", request.id);

while (request.life_cycle_state === "PENDING") {
    await sleep(100);
    await request.reload();
}
console.log("outcome", request.id, request.life_cycle_state);

try {
    await Request.create(activation);
} catch (error) {
    if (!(error instanceof UniqueConstraintError)) throw error;
    const [known] = await ask("SELECT request_id FROM contego.idempotency WHERE idempotency_key = $1", [key]);
    console.log("again", known.request_id);
}

let position = 0; // a real reader stores the position that it has processed
let fed;
while (!fed) {
    for (const row of await ask("SELECT position, request_id, life_cycle_state FROM contego.finished_after($1)", [position])) {
        position = row.position;
        if (row.request_id === request.id) fed = row.life_cycle_state;
    }
    await sleep(100);
}
console.log("fed", request.id, fed);

const later = await Request.create({ action: "CANCEL_SUBSCRIPTIONS", parameters, scheduled_date: new Date(Date.now() + 3 * 86400 * 1000) });
const [withdrawn] = await ask("SELECT coalesce(refused, after) AS said FROM contego.withdraw($1, 'the customer has paid')", [later.id]);
console.log("withdrawn", later.id, withdrawn.said);
await db.close();
