#!/usr/bin/php
<?php
// A CRM in PHP with PDO. README.md says what it does.

$card = $argv[1];
$key = "php-$card";
$parameters = json_encode(["smartcard_ca_id" => $card, "service_ca_id" => "1111"]);

$db = new PDO(sprintf("pgsql:host=%s;port=%s;dbname=%s;user=%s", getenv("PGHOST"), getenv("PGPORT") ?: "5432", getenv("PGDATABASE"), getenv("PGUSER")));

$insert = $db->prepare("INSERT INTO contego.request (action, parameters, subscription, idempotency_key) VALUES ('ADD_SUBSCRIPTIONS', ?, 'S-1001', ?)");
$insert->execute([$parameters, $key]);
$id = (int) $db->lastInsertId();
echo "inserted $id\n";

$look = $db->prepare("SELECT life_cycle_state FROM contego.request WHERE id = ?");
do {
    usleep(100_000);
    $look->execute([$id]);
    $state = $look->fetchColumn();
} while ($state === "PENDING");
echo "outcome $id $state\n";

try {
    $insert->execute([$parameters, $key]);
} catch (PDOException $error) {
    if ($error->getCode() !== "23505") throw $error;
    $known = $db->prepare("SELECT request_id FROM contego.idempotency WHERE idempotency_key = ?");
    $known->execute([$key]);
    echo "again {$known->fetchColumn()}\n";
}

$position = 0; // a real reader stores the position that it has processed
$fed = null;
$feed = $db->prepare("SELECT position, request_id, life_cycle_state FROM contego.finished_after(?)");
while ($fed === null) {
    $feed->execute([$position]);
    foreach ($feed->fetchAll(PDO::FETCH_ASSOC) as $row) {
        $position = $row["position"];
        if ($row["request_id"] === $id) $fed = $row["life_cycle_state"];
    }
    usleep(100_000);
}
echo "fed $id $fed\n";

$schedule = $db->prepare("INSERT INTO contego.request (action, parameters, scheduled_date) VALUES ('CANCEL_SUBSCRIPTIONS', ?, ?) RETURNING id");
$schedule->execute([$parameters, date(DATE_ATOM, time() + 3 * 86400)]);
$later = (int) $schedule->fetchColumn();
$withdraw = $db->prepare("SELECT coalesce(refused, after) FROM contego.withdraw(?, 'the customer has paid')");
$withdraw->execute([$later]);
echo "withdrawn $later {$withdraw->fetchColumn()}\n";
