/* A request at a daemon: trust, send, answer; contego.record. Part of line.pml. */

/* pg_claims::still_ours. In real time the trust of a daemon ends before its lease does; here it is as long. */
#ifdef NO_TRUST_WINDOW
#define still_ours(d, r) true
#else
#ifdef HOLDER_NOT_COMPARED
#define still_ours(d, r) (!has(ended, daemon[d].id))
#else
#define still_ours(d, r) (course_of(d, r).holder == daemon[d].id && !has(ended, daemon[d].id))
#endif
#endif

/* Another one has started a send in a lane of r and may think that it is its right. */
#define rivals(d, r, e, p) (((p) == (r) && (d) != (e) || shares(r, p)) && \
    (course_of(e, p).at == STARTED || course_of(e, p).at == WRITTEN) && !has(ended, course_of(e, p).holder))

#define alone(d, r, e) (!rivals(d, r, e, 0) && !rivals(d, r, e, 1) && !rivals(d, r, e, 2))

inline decide(d, r, what) {
    course_of(d, r).at = DECIDED;
    course_of(d, r).verdict = what
}

/* course::next and what line::run_course makes of it. */
inline next_step(d, r) {
    if
    :: course_of(d, r).command == COMMANDS -> decide(d, r, COMPLETE)
    :: course_of(d, r).command < COMMANDS && course_of(d, r).doubt && is_unsafe(r, course_of(d, r).command) ->
        decide(d, r, HOLD)
    :: else ->
        if
        :: !still_ours(d, r) -> decide(d, r, RELEASE)
        :: else ->
            assert(sends_what_is_not_ours || (flies(r) && row[r].claim == course_of(d, r).claim));
            assert(sends_what_is_recorded || (course_of(d, r).command >= row[r].recorded));
            assert(two_send_in_one_lane || (alone(d, r, 0) && alone(d, r, 1)));
            course_of(d, r).at = STARTED
        fi
    fi
}

inline write(d, r) {
    if
    :: is_unsafe(r, course_of(d, r).command) -> assert(unsafe_sent_twice || (row[r].sent <= row[r].allowed)); row[r].sent++
    :: else
    fi;
    course_of(d, r).at = WRITTEN
}

inline succeeded(d, r) {
    course_of(d, r).command++;
    course_of(d, r).unrecorded++;
#ifdef DOUBT_CLEARED
    course_of(d, r).doubt = 0;
#endif
    course_of(d, r).at = WAITING
}

inline forget(d, r) {
    course_of(d, r).at = NOTHING;
    course_of(d, r).verdict = 0;
    course_of(d, r).command = 0;
    course_of(d, r).unrecorded = 0;
    course_of(d, r).doubt = 0;
    course_of(d, r).fence = 0;
    course_of(d, r).holder = 0;
    course_of(d, r).claim = 0;
    course_of(d, r).woken = 0
}

/* contego.record: which rows are ours. Waits for their locks. */
#ifdef NO_FENCE
#define fence_fits(d, r) flies(r)
#else
#define fence_fits(d, r) (flies(r) && row[r].fence == course_of(d, r).fence)
#endif

inline record_commands(d, r) {
    if
    :: fence_fits(d, r) ->
        assert(stale_write || (row[r].claim == course_of(d, r).claim));
        row[r].recorded = row[r].recorded + course_of(d, r).unrecorded
    :: else
    fi;
    course_of(d, r).unrecorded = 0
}

#define is_behind(w, r) (row[w].progress == BLOCKED && row[w].blocker == r && row[w].locked == 0)

inline find_woken(d, r, w) {
    if
#ifdef NO_WAKE_ON_RETURN
    :: is_behind(w, r) && course_of(d, r).verdict == COMPLETE ->
#else
    :: is_behind(w, r) && (course_of(d, r).verdict == COMPLETE || w < r) ->
#endif
        course_of(d, r).woken = course_of(d, r).woken | 1 << w;
        row[w].locked = RECORD_OF(d)
    :: else
    fi
}

inline wake(d, r, w) {
    if
    :: has(course_of(d, r).woken, w) -> row[w].progress = QUEUED; row[w].blocker = 0; row[w].locked = 0
    :: else
    fi
}

/* What no longer matters of a finished row, so that the checker does not tell such states apart. */
inline tidy(r) {
    row[r].doubt = 0; row[r].due = 1; row[r].fence = 0; row[r].claim = 0; row[r].recorded = 0
}

inline commit_record(d, r) {
    assert(stale_write || (row[r].claim == course_of(d, r).claim));
    assert(flies(r));
    row[r].recorded = row[r].recorded + course_of(d, r).unrecorded;
    if
    :: course_of(d, r).verdict == COMPLETE ->
        row[r].progress = FINISHED;
        assert(done_without_answer || (row[r].recorded == COMMANDS))
    :: course_of(d, r).verdict == RETRY -> row[r].progress = RETRYING
    :: course_of(d, r).verdict == HOLD -> row[r].progress = HELD
    :: course_of(d, r).verdict == RELEASE -> row[r].progress = QUEUED
    fi;
#ifdef DOUBT_CLEARED
    row[r].doubt = row[r].doubt && course_of(d, r).verdict == RELEASE;
#else
    row[r].doubt = row[r].doubt && (course_of(d, r).verdict == RELEASE || course_of(d, r).verdict == RETRY);
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

/* One request at one daemon: what line::run_course and the recorder do with it. */
proctype running(byte d; byte r) {
end:
    do
    :: d_step { course_of(d, r).at == WAITING ->
            next_step(d, r);
            printf("daemon %d with request %d: at %d (2: about to send, 4: decided), verdict %d (complete, retry, hold, release)\n",
                   d, r, course_of(d, r).at, course_of(d, r).verdict) }
    :: d_step { course_of(d, r).at == STARTED ->
            write(d, r);
            printf("daemon %d writes command %d of request %d\n", d, course_of(d, r).command, r) }
    :: d_step { course_of(d, r).at == WRITTEN ->
            succeeded(d, r);
            printf("daemon %d hears of success with request %d\n", d, r) }
    :: d_step { course_of(d, r).at == WAITING && MISHAP;
            decide(d, r, RELEASE);
            printf("daemon %d stops, gives back request %d\n", d, r) }
    :: d_step { course_of(d, r).at == STARTED && MISHAP;
            decide(d, r, RETRY);
            printf("daemon %d finds no connection for request %d\n", d, r) }
    :: d_step { course_of(d, r).at == WRITTEN && MISHAP; /* no answer */
            if
            :: is_unsafe(r, course_of(d, r).command) -> decide(d, r, HOLD)
            :: else -> decide(d, r, RETRY)
            fi;
            printf("daemon %d hears nothing of request %d\n", d, r) }
#if COMMANDS > 1
    :: d_step { course_of(d, r).unrecorded > 0 && course_of(d, r).at < RECORDING && (!fence_fits(d, r) || unlocked(r)) ->
            record_commands(d, r);
            printf("daemon %d records commands of request %d\n", d, r) }
#endif
    :: d_step { course_of(d, r).at == DECIDED && fence_fits(d, r) && unlocked(r) ->
            row[r].locked = RECORD_OF(d);
            course_of(d, r).at = RECORDING;
            printf("daemon %d has locked request %d\n", d, r) }
    :: d_step { course_of(d, r).at == DECIDED && !fence_fits(d, r) ->
            forget(d, r);
            printf("daemon %d is refused its outcome of request %d\n", d, r) }
    :: d_step { course_of(d, r).at == RECORDING ->
            find_woken(d, r, 0);
            find_woken(d, r, 1);
            find_woken(d, r, 2);
            course_of(d, r).at = WAKING;
            printf("daemon %d will wake %d\n", d, course_of(d, r).woken) }
    :: d_step { course_of(d, r).at == WAKING ->
            commit_record(d, r); forget(d, r);
            printf("daemon %d has recorded request %d\n", d, r) }
    :: d_step { course_of(d, r).at == WAKING && MISHAP; /* committed, and the answer lost: it is tried again */
            commit_record(d, r);
            course_of(d, r).woken = 0;
            course_of(d, r).at = DECIDED;
            printf("daemon %d has recorded request %d and does not know\n", d, r) }
    od
}
