/* The life of a daemon: lease, death, joining anew; contego.rescue. Part of line.pml. */

/* Locks and transactions of a daemon end with its connections. */
inline drop_transactions(d) {
    i = 0;
    do
    :: i < R ->
        if
        :: row[i].locked == CLAIM_OF(d) || row[i].locked == RECORD_OF(d) -> row[i].locked = 0
        :: else
        fi;
        row[i].shared = row[i].shared & ~(1 << d);
        if
        :: execution_of(d, i).at >= RECORDING -> execution_of(d, i).at = DECIDED; execution_of(d, i).woken = 0
        :: else
        fi;
        i++
    :: else -> break
    od;
    if
    :: daemon[d].stage >= CHOSEN -> taking_turns = 0
    :: else
    fi;
    if
    :: daemon[d].stage != IDLE -> end_claim(d); daemon[d].unanswered_claim = 1
    :: else
    fi
}

inline crash(d) {
    drop_transactions(d);
    i = 0;
    do
    :: i < R -> forget(d, i); i++
    :: else -> break
    od;
    ended = ended | 1 << daemon[d].id; /* only a rescue reads it, which may come much later */
    daemon[d].up = 0;
    daemon[d].lapsed = 0;
    daemon[d].unanswered_claim = 0;
    daemon[d].latest = 0
}

/* fleet::keep. A lease that has ended may be renewed until a rescue takes the daemon for dead, which deletes its row and only then
 * takes its requests. After that, renew_lease returns false, and join_fleet gives a new number. In the code a rescue waits until the
 * daemon could have renewed. Here it may come at any moment, so the model allows more. */
#if defined(GRACE_WITHOUT_MEMBERSHIP)
#define may_renew(d) daemon[d].lapsed
#elif defined(TRUSTED_WHILE_STOPPED)
#define may_renew(d) (daemon[d].lapsed && !has(ended, daemon[d].id))
#else
#define may_renew(d) (daemon[d].lapsed && !has(ended, daemon[d].id) && !stopped)
#endif

inline renew(d) {
    daemon[d].lapsed = 0;
    ended = ended & ~(1 << daemon[d].id)
}

inline join(d) {
    daemon[d].id = next_id;
    daemon[d].up = 1;
    daemon[d].lapsed = 0;
    next_id++
}

#ifdef NO_STOP
#define stopped_for_all 0
#define may_claim(d) has_lease(d, daemon[d].claim_id)
#else
#define stopped_for_all stopped
#define may_claim(d) (has_lease(d, daemon[d].claim_id) && !stopped)
#endif

/* A daemon without its executions: the keeper, and the single claim in progress. */
proctype claiming(byte d) {
end:
    do
    :: d_step { !daemon[d].up || has(ended, daemon[d].id) ->
            assert(next_id < 8); join(d);
            printf("daemon %d joins as %d\n", d, daemon[d].id) }
    :: d_step { daemon[d].up && has_lease(d, daemon[d].id) && MISHAP; /* the daemon is paused, or cut off */
            daemon[d].lapsed = 1;
            printf("the lease of daemon %d ends\n", d) }
    :: d_step { daemon[d].up && may_renew(d) -> renew(d); printf("daemon %d renews the lease that had ended\n", d) }
    :: d_step { daemon[d].up && daemon[d].lapsed && !has(ended, daemon[d].id) ->
            ended = ended | 1 << daemon[d].id;
            printf("a rescue takes daemon %d for dead\n", d) }
    :: d_step { daemon[d].up && MISHAP; crash(d); printf("daemon %d dies\n", d) }
    :: d_step { daemon[d].up && daemon[d].unanswered_claim && my_turn ->
            give_back_lost(d);
            printf("daemon %d gives back the lost claim\n", d) }
    :: d_step { daemon[d].up && daemon[d].stage == IDLE && !daemon[d].unanswered_claim && has_lease(d, daemon[d].id) && !stopped_for_all ->
            begin_claim(d);
            printf("daemon %d begins a claim\n", d) }
    :: d_step { daemon[d].stage == BEGUN && my_turn && !may_claim(d) ->
            end_claim(d);
            printf("daemon %d may claim nothing: its lease has ended, or claiming is stopped\n", d) }
    :: d_step { daemon[d].stage == BEGUN && my_turn && may_claim(d) && (worth(d, 0) || worth(d, 1) || worth(d, 2)) ->
            choose(d);
            check_order(d, 0);
            check_order(d, 1);
            check_order(d, 2);
            printf("daemon %d finds, as sets of bits, %d free and %d blocked\n", d, daemon[d].free, daemon[d].parked) }
    :: atomic { daemon[d].stage == CHOSEN ->
            if
            :: true
            :: take_one(d, 0)
            :: take_one(d, 1)
            :: take_one(d, 2)
            fi;
            d_step {
                park(d, 0);
                park(d, 1);
                park(d, 2);
                daemon[d].stage = PARKED
            } }
    :: d_step { daemon[d].stage == PARKED -> commit_claim(d); receive(d, 0); receive(d, 1); receive(d, 2); end_claim(d);
            printf("daemon %d has its claim\n", d) }
    :: d_step { daemon[d].stage == PARKED && MISHAP; /* answer lost */
            commit_claim(d);
            end_claim(d);
            daemon[d].unanswered_claim = 1;
            printf("daemon %d never gets the answer to its claim\n", d) }
    od
}

/* contego.rescue by any daemon. It finds the orphans in one snapshot and locks them later. The row under the lock decides, so
 * the holder must be checked again. */
#define orphan(r) (flies(r) && has(ended, row[r].holder))
#ifdef RESCUE_UNSEEN
#define still_orphan(r) flies(r)
#else
#define still_orphan(r) orphan(r)
#endif

inline rescue(set) {
    i = 0;
    do
    :: i < R ->
        if
        :: has(set, i) && still_orphan(i) && unlocked(i) ->
            row[i].progress = QUEUED;
            row[i].holder = 0;
            row[i].maybe_sent = 1;
            wake_earlier(i)
        :: else
        fi;
        i++
    :: else -> break
    od;
    i = 0
}

#define stranded(r) (row[r].progress == BLOCKED && !is_open(row[r].blocker) && unlocked(r))

proctype rescuing() {
    unsigned seen : 3;
end:
    do
    :: d_step { !stopped_for_all && ((orphan(0) && unlocked(0)) || (orphan(1) && unlocked(1)) || (orphan(2) && unlocked(2))) ->
            rescue(ALL);
            printf("a rescue\n") }
#ifdef SLOW_RESCUE
    :: d_step { seen == 0 && (orphan(0) || orphan(1) || orphan(2)) ->
            seen = orphan(0) | orphan(1) << 1 | orphan(2) << 2;
            printf("a slow rescue sees %d\n", seen) }
    :: d_step { seen != 0 -> rescue(seen); seen = 0; printf("a slow rescue ends\n") }
#endif
#ifndef NO_SWEEP
    :: d_step { stranded(0) -> row[0].progress = QUEUED; row[0].blocker = 0 }
    :: d_step { stranded(1) -> row[1].progress = QUEUED; row[1].blocker = 0 }
    :: d_step { stranded(2) -> row[2].progress = QUEUED; row[2].blocker = 0 }
#endif
    od
}
