/* The other actors: the CRM, the clock, people, and the database itself. Part of line.pml. */

/* The CRM and the clock, for one request. */
proctype outside(byte r) {
end:
    do
    :: d_step { row[r].progress == ABSENT && has(LATE, r) && (r == 0 || row[r - 1].progress != ABSENT || !has(LATE, r - 1)) ->
            row[r].due = !has(LATER, r);
            row[r].progress = (row[r].due -> QUEUED : SCHEDULED);
            printf("request %d is inserted\n", r) }
    :: d_step { is_open(r) && !row[r].due -> row[r].due = 1; printf("request %d is due\n", r) }
    :: d_step { row[r].progress == RETRYING && unlocked(r) ->
            row[r].progress = QUEUED;
            printf("the back-off of request %d is over\n", r) }
    od
}

#define restful(r) (row[r].progress == QUEUED || row[r].progress == SCHEDULED || row[r].progress == BLOCKED || \
                    row[r].progress == RETRYING)

/* A cancelled request ends like any other, by contego.record: lock the row, find the requests that wait, commit. */
inline lock_behind(r, v) {
    if
    :: is_behind(v, r) -> woken = woken | 1 << v; row[v].locked = WOKEN
    :: else
    fi
}

inline wake_locked(r, v) {
    if
    :: has(woken, v) -> row[v].progress = QUEUED; row[v].blocker = 0; row[v].locked = 0
    :: else
    fi
}

/* contego.retry, release, hold and cancel, on one request. */
proctype person(byte r) {
    unsigned woken : 3;
    bit looked;
end:
    do
#ifndef NEVER_RELEASED
    :: d_step { row[r].progress == HELD && unlocked(r) ->
            row[r].progress = (row[r].due -> QUEUED : SCHEDULED);
            row[r].allowed = row[r].allowed + !row[r].maybe_sent;
            printf("a person lets request %d go\n", r) }
    :: d_step { row[r].progress == HELD && unlocked(r) -> row[r].locked = PERSON }
#endif
    :: d_step { restful(r) && unlocked(r) && MISHAP;
            row[r].progress = HELD; row[r].blocker = 0;
            printf("a person holds request %d\n", r) }
    :: d_step { restful(r) && unlocked(r) && MISHAP; row[r].locked = PERSON }
    :: d_step { row[r].locked == PERSON && !looked -> looked = 1; lock_behind(r, 0); lock_behind(r, 1); lock_behind(r, 2) }
    :: d_step { row[r].locked == PERSON && looked ->
            looked = 0;
            row[r].progress = FINISHED;
            row[r].blocker = 0;
            row[r].locked = 0;
            tidy(r);
            wake_locked(r, 0);
            wake_locked(r, 1);
            wake_locked(r, 2);
            woken = 0;
            printf("a person has cancelled request %d\n", r) }
    od
}

proctype database() {
end:
    do
    :: d_step { mishaps > 0 ->
            mishaps--; drop_transactions(0); drop_transactions(1);
            printf("the database starts anew\n") }
    :: d_step { mishaps > 0 -> /* for longer than a lease, so that nobody could renew */
            mishaps--; drop_transactions(0); drop_transactions(1);
            daemon[0].lapsed = daemon[0].up; daemon[1].lapsed = daemon[1].up;
            printf("the database was away, and all leases end\n") }
    od
}
