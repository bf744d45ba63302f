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
#ifdef LOST_TAIL
    :: d_step { row[r].locked != PERSON && looked -> looked = 0; woken = 0 }
#endif
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

#ifdef LOST_TAIL
inline keep(r) {
    kept[r].progress = row[r].progress; kept[r].due = row[r].due; kept[r].maybe_sent = row[r].maybe_sent;
    kept[r].blocker = row[r].blocker; kept[r].holder = row[r].holder; kept[r].fence = row[r].fence;
    kept[r].recorded = row[r].recorded; kept[r].claim = row[r].claim
}

/* What was sent, and what people have allowed, has happened all the same. */
inline lose(r) {
    row[r].progress = kept[r].progress; row[r].maybe_sent = kept[r].maybe_sent;
    row[r].blocker = kept[r].blocker; row[r].holder = kept[r].holder; row[r].fence = kept[r].fence;
    row[r].recorded = kept[r].recorded; row[r].claim = kept[r].claim; row[r].due = row[r].due || kept[r].due;
    row[r].locked = 0; row[r].shared = 0
}

inline forget_kept(r) {
    kept[r].progress = 0; kept[r].due = 0; kept[r].maybe_sent = 0; kept[r].blocker = 0; kept[r].holder = 0; kept[r].fence = 0;
    kept[r].recorded = 0; kept[r].claim = 0
}

/* contego.after_data_loss. A daemon that has joined anew sends nothing that it claimed before. In the code the function waits
 * until the leases of the former daemons have ended. */
inline mark_lost(r) {
    if
    :: is_open(r) ->
#ifndef LOSS_NOT_MARKED
        row[r].maybe_sent = 1;
#endif
        if
        :: flies(r) -> row[r].progress = QUEUED; row[r].holder = 0; wake_earlier(r)
        :: else
        fi
    :: else
    fi
}

inline confirm_after_loss() {
#ifndef LEASES_GO_ON
    ended = (1 << next_id) - 1; /* all rows of contego.daemon are deleted */
#endif
    mark_lost(0);
    mark_lost(1);
    mark_lost(2);
    ended_in_lost_tail = 0;
    stopped = 0
}
#endif

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
#ifdef LOST_TAIL
    :: d_step { standby == 0 ->
            standby = 1;
            keep(0); keep(1); keep(2);
            kept_ended = ended;
#ifdef NUMBERS_COME_BACK
            kept_numbered = numbered;
#endif
            printf("the standby gets nothing more\n") }
    :: d_step { standby == 1 && mishaps > 0 ->
            mishaps--;
            standby = 2;
            drop_transactions(0); drop_transactions(1);
            lose(0); lose(1); lose(2);
            forget_kept(0); forget_kept(1); forget_kept(2);
            ended_in_lost_tail = ended; ended = kept_ended; kept_ended = 0;
#ifdef NUMBERS_COME_BACK
            numbered = kept_numbered; kept_numbered = 0;
#endif
            stopped = 1;
            printf("the standby takes over, and the end of the log is lost\n") }
    :: d_step { stopped && unlocked(0) && unlocked(1) && unlocked(2) -> confirm_after_loss(); printf("a person says that data was lost\n") }
#endif
    od
}
