/* A request at a daemon: lease check, send, answer; contego.record. Part of line.pml. */

/* The check of lease_deadline before a send. In reality a daemon stops trusting its lease before the lease ends; here it trusts it to the end. */
#ifdef NO_TRUST_WINDOW
#define still_ours(d, r) true
#else
#ifdef HOLDER_NOT_COMPARED
#define still_ours(d, r) has_lease(d, daemon[d].id)
#else
#define still_ours(d, r) (execution_of(d, r).holder == daemon[d].id && has_lease(d, daemon[d].id))
#endif
#endif

/* Another execution has started to send in a lane of r, and nobody has taken its daemon for dead. */
#define rivals(d, r, e, p) (((p) == (r) && (d) != (e) || shares(r, p)) && \
    (execution_of(e, p).at == STARTED || execution_of(e, p).at == WRITTEN) && !has(ended | ended_in_lost_tail, execution_of(e, p).holder))

#define alone(d, r, e) (!rivals(d, r, e, 0) && !rivals(d, r, e, 1) && !rivals(d, r, e, 2))

inline decide(d, r, what) {
    execution_of(d, r).at = DECIDED;
    execution_of(d, r).verdict = what
}

/* The step after execution::next, as line::run_execution takes it. */
inline next_step(d, r) {
    if
    :: execution_of(d, r).command == COMMANDS -> decide(d, r, COMPLETE)
    :: execution_of(d, r).command < COMMANDS && execution_of(d, r).maybe_sent && is_unsafe(r, execution_of(d, r).command) ->
        decide(d, r, HOLD)
    :: else ->
        if
        :: !still_ours(d, r) -> decide(d, r, RELEASE)
        :: else ->
            /* While claiming is stopped after a lost tail, a daemon may still send what it claimed there: nobody else does. */
            assert(sends_what_is_not_ours || stopped || (flies(r) && row[r].claim == execution_of(d, r).claim));
            assert(sends_what_is_recorded || (execution_of(d, r).command >= row[r].recorded));
            assert(two_send_in_one_lane || (alone(d, r, 0) && alone(d, r, 1)));
            execution_of(d, r).at = STARTED
        fi
    fi
}

inline write(d, r) {
    if
    :: is_unsafe(r, execution_of(d, r).command) -> assert(unsafe_sent_twice || (row[r].sent <= row[r].allowed)); row[r].sent++
    :: else
    fi;
    execution_of(d, r).at = WRITTEN
}

inline succeeded(d, r) {
    execution_of(d, r).command++;
    execution_of(d, r).unrecorded++;
#ifdef MAYBE_SENT_CLEARED
    execution_of(d, r).maybe_sent = 0;
#endif
    execution_of(d, r).at = WAITING
}

inline forget(d, r) {
    execution_of(d, r).at = NOTHING;
    execution_of(d, r).verdict = 0;
    execution_of(d, r).command = 0;
    execution_of(d, r).unrecorded = 0;
    execution_of(d, r).maybe_sent = 0;
    execution_of(d, r).fence = 0;
    execution_of(d, r).holder = 0;
    execution_of(d, r).claim = 0;
    execution_of(d, r).woken = 0
}

/* contego.record: whether the claim of the daemon still holds. It waits for the lock on the row. */
#ifdef NO_FENCE
#define fence_fits(d, r) flies(r)
#else
#define fence_fits(d, r) (flies(r) && row[r].fence == execution_of(d, r).fence)
#endif

inline record_commands(d, r) {
    if
    :: fence_fits(d, r) ->
        assert(stale_write || (row[r].claim == execution_of(d, r).claim));
        row[r].recorded = row[r].recorded + execution_of(d, r).unrecorded
    :: else
    fi;
    execution_of(d, r).unrecorded = 0
}

#define is_behind(w, r) (row[w].progress == BLOCKED && row[w].blocker == r && row[w].locked == 0)

inline find_woken(d, r, w) {
    if
#ifdef NO_WAKE_ON_RETURN
    :: is_behind(w, r) && execution_of(d, r).verdict == COMPLETE ->
#else
    :: is_behind(w, r) && (execution_of(d, r).verdict == COMPLETE || w < r) ->
#endif
        execution_of(d, r).woken = execution_of(d, r).woken | 1 << w;
        row[w].locked = RECORD_OF(d)
    :: else
    fi
}

inline wake(d, r, w) {
    if
    :: has(execution_of(d, r).woken, w) -> row[w].progress = QUEUED; row[w].blocker = 0; row[w].locked = 0
    :: else
    fi
}

/* Clears values of a finished row that no longer matter, so that the checker does not distinguish such states. */
inline tidy(r) {
    row[r].maybe_sent = 0; row[r].due = 1; row[r].fence = 0; row[r].claim = 0; row[r].recorded = 0
}

inline commit_record(d, r) {
    assert(stale_write || (row[r].claim == execution_of(d, r).claim));
    assert(flies(r));
    row[r].recorded = row[r].recorded + execution_of(d, r).unrecorded;
    if
    :: execution_of(d, r).verdict == COMPLETE ->
        row[r].progress = FINISHED;
        assert(done_without_answer || (row[r].recorded == COMMANDS))
    :: execution_of(d, r).verdict == RETRY -> row[r].progress = RETRYING
    :: execution_of(d, r).verdict == HOLD -> row[r].progress = HELD
    :: execution_of(d, r).verdict == RELEASE -> row[r].progress = QUEUED
    fi;
#ifdef MAYBE_SENT_CLEARED
    row[r].maybe_sent = row[r].maybe_sent && execution_of(d, r).verdict == RELEASE;
#else
    row[r].maybe_sent = row[r].maybe_sent && (execution_of(d, r).verdict == RELEASE || execution_of(d, r).verdict == RETRY);
#endif
    row[r].holder = 0;
    row[r].locked = 0;
    wake(d, r, 0);
    wake(d, r, 1);
    wake(d, r, 2);
    if
    :: row[r].progress == FINISHED -> tidy(r)
    :: else
    fi
}

/* One request at one daemon: the steps of line::run_execution and of the recorder. */
proctype running(byte d; byte r) {
end:
    do
    :: d_step { execution_of(d, r).at == WAITING ->
            next_step(d, r);
            printf("daemon %d with request %d: at %d (2: about to send, 4: decided), verdict %d (complete, retry, hold, release)\n",
                   d, r, execution_of(d, r).at, execution_of(d, r).verdict) }
    :: d_step { execution_of(d, r).at == STARTED ->
            write(d, r);
            printf("daemon %d writes command %d of request %d\n", d, execution_of(d, r).command, r) }
    :: d_step { execution_of(d, r).at == WRITTEN ->
            succeeded(d, r);
            printf("daemon %d gets a successful answer for request %d\n", d, r) }
    :: d_step { execution_of(d, r).at == WAITING && MISHAP;
            decide(d, r, RELEASE);
            printf("daemon %d stops and gives back request %d\n", d, r) }
    :: d_step { execution_of(d, r).at == STARTED && MISHAP;
            decide(d, r, RETRY);
            printf("daemon %d finds no connection for request %d\n", d, r) }
    :: d_step { execution_of(d, r).at == WRITTEN && MISHAP; /* no answer */
            if
            :: is_unsafe(r, execution_of(d, r).command) -> decide(d, r, HOLD)
            :: else -> decide(d, r, RETRY)
            fi;
            printf("daemon %d gets no answer for request %d\n", d, r) }
#if COMMANDS > 1
    :: d_step { execution_of(d, r).unrecorded > 0 && execution_of(d, r).at < RECORDING && (!fence_fits(d, r) || unlocked(r)) ->
            record_commands(d, r);
            printf("daemon %d records commands of request %d\n", d, r) }
#endif
    :: d_step { execution_of(d, r).at == DECIDED && fence_fits(d, r) && unlocked(r) ->
            row[r].locked = RECORD_OF(d);
            execution_of(d, r).at = RECORDING;
            printf("daemon %d has locked request %d\n", d, r) }
    :: d_step { execution_of(d, r).at == DECIDED && !fence_fits(d, r) ->
            forget(d, r);
            printf("the outcome of daemon %d for request %d is stale\n", d, r) }
    :: d_step { execution_of(d, r).at == RECORDING ->
            find_woken(d, r, 0);
            find_woken(d, r, 1);
            find_woken(d, r, 2);
            execution_of(d, r).at = WAKING;
            printf("daemon %d will wake %d\n", d, execution_of(d, r).woken) }
    :: d_step { execution_of(d, r).at == WAKING ->
            commit_record(d, r); forget(d, r);
            printf("daemon %d has recorded request %d\n", d, r) }
    :: d_step { execution_of(d, r).at == WAKING && MISHAP; /* the transaction commits, but its answer is lost: the daemon tries again */
            commit_record(d, r);
            execution_of(d, r).woken = 0;
            execution_of(d, r).at = DECIDED;
            printf("daemon %d has recorded request %d and does not know it\n", d, r) }
    od
}
