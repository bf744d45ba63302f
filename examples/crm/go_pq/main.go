// A CRM in Go with database/sql and lib/pq. README.md says what it does.
package main

import (
	"database/sql"
	"errors"
	"fmt"
	"log"
	"os"
	"time"

	"github.com/lib/pq"
)

const insert = `INSERT INTO contego.request (action, parameters, subscription, idempotency_key)
                VALUES ('ADD_SUBSCRIPTIONS', $1, 'S-1001', $2) RETURNING id`

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func outcomeInTheFeed(db *sql.DB, id int64) string {
	position := int64(0) // a real reader stores the position that it has processed
	for {
		rows, err := db.Query("SELECT position, request_id, life_cycle_state FROM contego.finished_after($1)", position)
		check(err)
		outcome := ""
		for rows.Next() {
			var finished int64
			var state string
			check(rows.Scan(&position, &finished, &state))
			if finished == id {
				outcome = state
			}
		}
		check(rows.Err())
		if outcome != "" {
			return outcome
		}
		time.Sleep(100 * time.Millisecond)
	}
}

func main() {
	card := os.Args[1]
	key := "go-" + card
	parameters := fmt.Sprintf(`{"smartcard_ca_id": %q, "service_ca_id": "1111"}`, card)

	db, err := sql.Open("postgres", "sslmode=disable") // PGHOST and so on
	check(err)
	defer db.Close()

	var id int64
	check(db.QueryRow(insert, parameters, key).Scan(&id))
	fmt.Println("inserted", id)

	state := "PENDING"
	for state == "PENDING" {
		time.Sleep(100 * time.Millisecond)
		check(db.QueryRow("SELECT life_cycle_state FROM contego.request WHERE id = $1", id).Scan(&state))
	}
	fmt.Println("outcome", id, state)

	var refused *pq.Error
	if err := db.QueryRow(insert, parameters, key).Scan(new(int64)); errors.As(err, &refused) && refused.Code == "23505" {
		var known int64
		check(db.QueryRow("SELECT request_id FROM contego.idempotency WHERE idempotency_key = $1", key).Scan(&known))
		fmt.Println("again", known)
	}

	fmt.Println("fed", id, outcomeInTheFeed(db, id))

	var later int64
	check(db.QueryRow("INSERT INTO contego.request (action, parameters, scheduled_date) VALUES ('CANCEL_SUBSCRIPTIONS', $1, $2) RETURNING id",
		parameters, time.Now().AddDate(0, 0, 3)).Scan(&later))
	var said string
	check(db.QueryRow("SELECT coalesce(refused, after) FROM contego.withdraw($1, 'the customer has paid')", later).Scan(&said))
	fmt.Println("withdrawn", later, said)
}
