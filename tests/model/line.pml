/* The protocol by which daemons share the line: claim, lease, fence, rescue, lanes. Checked by SPIN; README.md says what is
 * asked of it and how large. A step of this model is one SQL statement with its snapshot, one commit, or one decision of a
 * daemon. Whatever is between two steps may take any time, so that a stopped process (SIGSTOP) needs no step of its own: it
 * is the one that does nothing while the others go on and its lease ends.
 *
 * A number of a request is its place in sequence_number; the row of contego.request and those of contego.lane are one here.
 * -D CONFIGURATION makes another world (below), -D VARIANT a broken one that must be rejected (README.md lists them). */

#ifndef LANES0                /* which lanes each request touches: bit masks */
#define LANES0 1
#define LANES1 3
#define LANES2 2
#endif
#ifndef LATE                  /* requests that the CRM inserts while the daemons run */
#define LATE 0
#endif
#ifndef LATER                 /* requests with a scheduled_date in the future */
#define LATER 0
#endif
#ifndef ABSENT_ONES           /* requests that this world does not have */
#define ABSENT_ONES 0
#endif
#ifndef COMMANDS              /* of each request; the last is not safe to repeat where UNSAFE has the request */
#define COMMANDS 1
#endif
#ifndef UNSAFE
#define UNSAFE 0
#endif
#ifndef FAULTS                /* how many mishaps in one run, of whatever kinds: see MISHAP */
#define FAULTS 2
#endif

#define R 3                   /* requests */
#define D 2                   /* daemons */
#define NOBODY 3              /* no request */
#define ALL 7

/* contego.request.progress; FINISHED is the other partition. */
#define ABSENT 0
#define SCHEDULED 1
#define QUEUED 2
#define BLOCKED 3
#define IN_FLIGHT 4
#define RETRYING 5
#define HELD 6
#define FINISHED 7

/* Whose row lock (FOR UPDATE) it is. */
#define CLAIM_OF(d) (1 + (d))
#define RECORD_OF(d) (1 + D + (d))
#define PERSON 5
#define WOKEN 6               /* by a person's cancel */

typedef Row {
    unsigned progress : 3;
    bit due;                  /* scheduled_date <= the database's clock */
    bit doubt;                /* interrupted */
    unsigned blocker : 2;     /* blocked_by */
    unsigned holder : 3;      /* claimed_by */
    unsigned fence : 4;
    unsigned recorded : 2;    /* commands that contego.command shows as successful */
    unsigned locked : 3;      /* FOR UPDATE; 0: by nobody */
    unsigned shared : 2;      /* FOR KEY SHARE, a bit for each daemon whose claim has it */
    unsigned sent : 3;        /* ghost: how often its unsafe command was written to a socket */
    unsigned allowed : 3;     /* ghost: how often more it may be, since a person said so */
    unsigned claim : 4        /* ghost: number of its latest claim, whatever the fence says */
};

/* Where a daemon stands with a request: line::run_course, then recorder and contego.record. */
#define NOTHING 0
#define WAITING 1             /* in waiting_, or between two commands */
#define STARTED 2             /* still_ours said yes: nothing but the socket is between this and the CAS */
#define WRITTEN 3             /* the bytes are out, no answer yet */
#define DECIDED 4             /* a verdict is with the recorder */
#define RECORDING 5           /* contego.record has the lock and found the fence right */
#define WAKING 6              /* it has read which parked rows to wake, and is about to commit */

/* The dispositions; complete stands for every end, reject too. */
#define COMPLETE 0
#define RETRY 1
#define HOLD 2
#define RELEASE 3

typedef Course {
    unsigned at : 3;
    unsigned verdict : 2;
    unsigned command : 2;     /* the next one to send, from 0 */
    unsigned unrecorded : 2;  /* commands answered with success that are not in the database yet */
    bit doubt;
    unsigned fence : 4;
    unsigned holder : 3;
    unsigned claim : 4;       /* ghost: number of the claim, whatever the fence says */
    unsigned woken : 3;       /* contego.record's last statement */
    unsigned behind : 2       /* whom a claim under way would park it behind */
};

/* Where a daemon stands with contego.claim. */
#define IDLE 0
#define BEGUN 1               /* BEGIN was sent */
#define CHOSEN 2              /* the candidates are locked, free and parked ones told apart */
#define PARKED 3              /* the blockers are locked */

typedef Daemon {
    bit up;
    unsigned id : 3;          /* contego.daemon.id */
    unsigned stage : 2;
    unsigned claim_id : 3;    /* its id when the claim began */
    unsigned now : 3;         /* requests that were due when the claim began */
    unsigned free : 3;
    unsigned parked : 3;
    bit doubtful;             /* the answer to a claim was lost */
    unsigned latest : 4;      /* latest fence that it knows of */
    Course course[R]
};

Row row[R + 1];               /* the last one is NOBODY's */
Daemon daemon[D];
unsigned ended : 8;           /* contego.daemon: ids whose lease has ended */
unsigned next_id : 4;
unsigned claims : 4;          /* contego.fence */
bit taking_turns;             /* the advisory lock of claims: taken */
unsigned mishaps : 3 = FAULTS;
hidden byte i, b, w;           /* used within one step only */

/* What must never be. All of these stay 0: they are names, by which the checker tells which assertion failed. */
hidden byte overtakes, two_in_one_lane, sends_what_is_not_ours, sends_what_is_recorded, two_send_in_one_lane, unsafe_sent_twice, stale_write, done_without_answer, lost_request;

#define MISHAP mishaps > 0 -> mishaps--

#define has(set, r) (((set) >> (r)) & 1)
#define lanes_of(r) ((r) == 0 -> LANES0 : ((r) == 1 -> LANES1 : LANES2))
#define shares(r, p) ((r) != (p) && (lanes_of(r) & lanes_of(p)) != 0)
#define is_open(r) (row[r].progress != ABSENT && row[r].progress != FINISHED)
#define unlocked(r) (row[r].locked == 0 && row[r].shared == 0)
#define flies(r) (row[r].progress == IN_FLIGHT)
#define is_unsafe(r, c) ((c) == COMMANDS - 1 && has(UNSAFE, r))
#define course_of(d, r) daemon[d].course[r]
#define behind_of(d, r) course_of(d, r).behind

/* contego.claim. The clock that decides what is due must be read with the snapshot that shows the rows. */
#ifdef STALE_CLOCK
#define due_in(d, r) has(daemon[d].now, r)
#else
#define due_in(d, r) row[r].due
#endif
#define candidate(d, r) ((row[r].progress == QUEUED || (row[r].progress == SCHEDULED && due_in(d, r))) && unlocked(r) && \
                         course_of(d, r).at == NOTHING)
#define ahead(d, r, p) ((p) < (r) && shares(r, p) && is_open(p) && due_in(d, p))
#define busy(r, p) (shares(r, p) && flies(p))
/* Its nearest predecessor, else one in flight that came after it. */
#define blocker_of(d, r) (ahead(d, r, 1) -> 1 : (ahead(d, r, 0) -> 0 : \
                         (busy(r, 0) -> 0 : (busy(r, 1) -> 1 : (busy(r, 2) -> 2 : NOBODY)))))
/* A poll that would change nothing is no step, so that every run ends. */
#define worth(d, r) (candidate(d, r) && row[blocker_of(d, r)].locked == 0)
#ifdef LANE_CHECK_OUTSIDE
#define my_turn true
#else
#define my_turn !taking_turns
#endif

/* What is parked behind r and came before it: r must be in flight. Those go back to the queue when r leaves the flight
 * unfinished, for r will then wait for them. */
inline wake_earlier(r) {
#ifndef NO_WAKE_ON_RETURN
    w = 0;
    do
    :: w < r ->
        if
        :: row[w].progress == BLOCKED && row[w].blocker == r && row[w].locked == 0 -> row[w].progress = QUEUED; row[w].blocker = 0
        :: else
        fi;
        w++
    :: else -> break
    od;
    w = 0
#else
    skip
#endif
}

/* BEGIN of the claim's transaction, from where now() counts. Not while the keeper is about to join anew: that
 * daemon would claim and give back in turns until then. */
inline begin_claim(d) {
    daemon[d].stage = BEGUN;
    daemon[d].claim_id = daemon[d].id;
#ifdef STALE_CLOCK
    daemon[d].now = row[0].due | row[1].due << 1 | row[2].due << 2;
#endif
}

inline tell_apart(d, r) {
    if
    :: candidate(d, r) ->
        row[r].progress = QUEUED;
        b = blocker_of(d, r);
        if
        :: b == NOBODY -> daemon[d].free = daemon[d].free | 1 << r
        :: else -> daemon[d].parked = daemon[d].parked | 1 << r; behind_of(d, r) = b
        fi
    :: else
    fi
}

/* The statement that finds candidates and what blocks them: one snapshot, candidates locked. */
inline choose(d) {
    taking_turns = 1;
    daemon[d].stage = CHOSEN;
    tell_apart(d, 0);
    tell_apart(d, 1);
    tell_apart(d, 2);
    b = 0;
    i = 0;
    do
    :: i < R ->
        if
        :: has(daemon[d].free | daemon[d].parked, i) -> row[i].locked = CLAIM_OF(d)
        :: else
        fi;
        i++
    :: else -> break
    od;
    i = 0
}

/* Room for one only: the first in order, or an EXPRESS one with a later number. */
inline take_one(d, r) { has(daemon[d].free, r) -> daemon[d].free = 1 << r }

/* What a claim that marks r must be sure of. */
#define first_in_lanes(r) (!waits(r, 0) && !waits(r, 1) && !waits(r, 2))
#define waits(r, p) (busy(r, p) || ((p) < (r) && shares(r, p) && is_open(p) && row[p].due))
inline check_order(d, r) { assert(overtakes || (!has(daemon[d].free, r) || first_in_lanes(r))) }

/* The lock on the one in front, so that its end waits for this claim; where it is not to be had, the row stays queued. Looked at
 * once more: one with a later number that is no longer in flight is no longer in front. */
#if defined(LOST_WAKEUP)
#define may_park(d, r, b) is_open(b)
#define lock_front(b, d) skip
#else
#define lock_front(b, d) row[b].shared = row[b].shared | 1 << d
#if defined(PARK_UNSEEN)
#define may_park(d, r, b) (is_open(b) && (row[b].locked == 0 || row[b].locked == CLAIM_OF(d)))
#else
#define may_park(d, r, b) (is_open(b) && (row[b].locked == 0 || row[b].locked == CLAIM_OF(d)) && ((b) < (r) || flies(b)))
#endif
#endif
inline park(d, r) {
    if
    :: has(daemon[d].parked, r) && may_park(d, r, behind_of(d, r)) -> lock_front(behind_of(d, r), d)
    :: has(daemon[d].parked, r) && !may_park(d, r, behind_of(d, r)) -> daemon[d].parked = daemon[d].parked & ~(1 << r)
    :: else
    fi
}

inline mark(d, r) {
    if
    :: has(daemon[d].free, r) ->
        assert(two_in_one_lane || (!busy(r, 0) && !busy(r, 1) && !busy(r, 2)));
        row[r].progress = IN_FLIGHT;
        row[r].holder = daemon[d].claim_id;
#ifdef RESCUE_WITHOUT_FENCE
        if
        :: row[r].doubt
        :: else -> row[r].fence = claims
        fi;
#else
        row[r].fence = claims;
#endif
        row[r].claim = claims
    :: has(daemon[d].parked, r) -> row[r].progress = BLOCKED; row[r].blocker = behind_of(d, r)
    :: else
    fi;
    if
    :: row[r].locked == CLAIM_OF(d) -> row[r].locked = 0
    :: else
    fi;
    row[r].shared = row[r].shared & ~(1 << d)
}

inline commit_claim(d) {
    if
    :: daemon[d].free != 0 -> claims++; assert(claims < 15)
    :: else
    fi;
    mark(d, 0);
    mark(d, 1);
    mark(d, 2);
    taking_turns = 0
}

inline receive(d, r) {
    if
    :: has(daemon[d].free, r) ->
        course_of(d, r).at = WAITING;
        course_of(d, r).command = row[r].recorded;
        course_of(d, r).doubt = row[r].doubt;
        course_of(d, r).fence = row[r].fence;
        course_of(d, r).holder = daemon[d].claim_id;
        course_of(d, r).claim = row[r].claim;
        daemon[d].latest = claims
    :: else
    fi
}

inline end_claim(d) {
    daemon[d].stage = IDLE;
    daemon[d].claim_id = 0;
    daemon[d].now = 0;
    daemon[d].free = 0;
    daemon[d].parked = 0;
    behind_of(d, 0) = 0;
    behind_of(d, 1) = 0;
    behind_of(d, 2) = 0
}

/* contego.give_back_lost: an answer to a claim was lost, and nothing with a fence above `latest` was sent. */
inline give_back_lost(d) {
    i = 0;
    do
    :: i < R ->
        if
#if defined(NO_GIVE_BACK)
        :: false ->
#elif defined(GIVE_BACK_ALL)
        :: flies(i) && row[i].holder == daemon[d].id && row[i].locked == 0 ->
#else
        :: flies(i) && row[i].holder == daemon[d].id && row[i].fence > daemon[d].latest ->
#endif
            row[i].progress = QUEUED;
            row[i].holder = 0;
            wake_earlier(i)
        :: else
        fi;
        i++
    :: else -> break
    od;
    daemon[d].doubtful = 0
}

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

inline decide(d, r, what) {
    course_of(d, r).at = DECIDED;
    course_of(d, r).verdict = what
}

/* course::next and what line::run_course makes of it. */
inline next_step(d, r) {
    if
    :: course_of(d, r).command == COMMANDS -> decide(d, r, COMPLETE)
    :: course_of(d, r).command < COMMANDS && course_of(d, r).doubt && is_unsafe(r, course_of(d, r).command) -> decide(d, r, HOLD)
    :: else ->
        if
        :: !still_ours(d, r) -> decide(d, r, RELEASE)
        :: else ->
            assert(sends_what_is_not_ours || (flies(r) && row[r].claim == course_of(d, r).claim));
            assert(sends_what_is_recorded || (course_of(d, r).command >= row[r].recorded));
            assert(two_send_in_one_lane || (!rivals(d, r, 0, 0) && !rivals(d, r, 0, 1) && !rivals(d, r, 0, 2) && !rivals(d, r, 1, 0) && !rivals(d, r, 1, 1) && !rivals(d, r, 1, 2)));
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

/* contego.record, first statement: which rows are ours. Waits for their locks. */
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
    :: course_of(d, r).verdict == COMPLETE -> row[r].progress = FINISHED; assert(done_without_answer || (row[r].recorded == COMMANDS))
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
            printf("daemon %d with request %d: now at %d (3: sends, 4: decided), verdict %d\n", d, r, course_of(d, r).at, course_of(d, r).verdict) }
    :: d_step { course_of(d, r).at == STARTED -> write(d, r); printf("daemon %d writes command %d of request %d\n", d, course_of(d, r).command, r) }
    :: d_step { course_of(d, r).at == WRITTEN -> succeeded(d, r); printf("daemon %d hears of success with request %d\n", d, r) }
    :: d_step { course_of(d, r).at == WAITING && MISHAP; decide(d, r, RELEASE); printf("daemon %d stops, gives back request %d\n", d, r) }
    :: d_step { course_of(d, r).at == STARTED && MISHAP; decide(d, r, RETRY); printf("daemon %d finds no connection for request %d\n", d, r) }
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
    :: d_step { course_of(d, r).at == DECIDED && !fence_fits(d, r) -> forget(d, r); printf("daemon %d is refused its outcome of request %d\n", d, r) }
    :: d_step { course_of(d, r).at == RECORDING ->
            find_woken(d, r, 0);
            find_woken(d, r, 1);
            find_woken(d, r, 2);
            course_of(d, r).at = WAKING;
            printf("daemon %d will wake %d\n", d, course_of(d, r).woken) }
    :: d_step { course_of(d, r).at == WAKING -> commit_record(d, r); forget(d, r); printf("daemon %d has recorded request %d\n", d, r) }
    :: d_step { course_of(d, r).at == WAKING && MISHAP; /* committed, and the answer lost: it is tried again */
            commit_record(d, r);
            course_of(d, r).woken = 0;
            course_of(d, r).at = DECIDED;
            printf("daemon %d has recorded request %d and does not know\n", d, r) }
    od
}

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
        :: course_of(d, i).at >= RECORDING -> course_of(d, i).at = DECIDED; course_of(d, i).woken = 0
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
    :: daemon[d].stage != IDLE -> end_claim(d); daemon[d].doubtful = 1
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
    ended = ended | 1 << daemon[d].id; /* nobody hears of it until a rescue looks */
    daemon[d].up = 0;
    daemon[d].doubtful = 0;
    daemon[d].latest = 0
}

/* fleet::keep: renew_lease says false once the lease has ended, whoever saw it; join_fleet gives a new number. */
inline join(d) {
    daemon[d].id = next_id;
    daemon[d].up = 1;
    next_id++
}

/* A daemon beside its courses: the keeper, and the one claim under way. */
proctype claiming(byte d) {
end:
    do
    :: d_step { !daemon[d].up || has(ended, daemon[d].id) -> assert(next_id < 8); join(d); printf("daemon %d joins as %d\n", d, daemon[d].id) }
    :: d_step { daemon[d].up && !has(ended, daemon[d].id) && MISHAP; /* paused, or cut off */
            ended = ended | 1 << daemon[d].id;
            printf("the lease of daemon %d ends\n", d) }
    :: d_step { daemon[d].up && MISHAP; crash(d); printf("daemon %d dies\n", d) }
    :: d_step { daemon[d].up && daemon[d].doubtful && my_turn -> give_back_lost(d); printf("daemon %d gives back what was lost\n", d) }
    :: d_step { daemon[d].up && daemon[d].stage == IDLE && !daemon[d].doubtful && !has(ended, daemon[d].id) -> begin_claim(d); printf("daemon %d begins a claim\n", d) }
    :: d_step { daemon[d].stage == BEGUN && my_turn && (worth(d, 0) || worth(d, 1) || worth(d, 2)) ->
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
            daemon[d].doubtful = 1;
            printf("daemon %d never hears of its claim\n", d) }
    od
}

/* contego.rescue by whatever daemon. The set of orphans is of one snapshot, the lock comes later: what stands there by then
 * decides, and it must be asked again whose it is. */
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
            row[i].doubt = 1;
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
    :: d_step { (orphan(0) && unlocked(0)) || (orphan(1) && unlocked(1)) || (orphan(2) && unlocked(2)) -> rescue(ALL); printf("a rescue\n") }
#ifdef SLOW_RESCUE
    :: d_step { seen == 0 && (orphan(0) || orphan(1) || orphan(2)) -> seen = orphan(0) | orphan(1) << 1 | orphan(2) << 2; printf("a slow rescue sees %d\n", seen) }
    :: d_step { seen != 0 -> rescue(seen); seen = 0; printf("a slow rescue ends\n") }
#endif
#ifndef NO_SWEEP
    :: d_step { stranded(0) -> row[0].progress = QUEUED; row[0].blocker = 0 }
    :: d_step { stranded(1) -> row[1].progress = QUEUED; row[1].blocker = 0 }
    :: d_step { stranded(2) -> row[2].progress = QUEUED; row[2].blocker = 0 }
#endif
    od
}

/* The CRM and the clock, for one request. */
proctype outside(byte r) {
end:
    do
    :: d_step { row[r].progress == ABSENT && has(LATE, r) && (r == 0 || row[r - 1].progress != ABSENT || !has(LATE, r - 1)) ->
            row[r].due = !has(LATER, r);
            row[r].progress = (row[r].due -> QUEUED : SCHEDULED);
            printf("request %d is inserted\n", r) }
    :: d_step { is_open(r) && !row[r].due -> row[r].due = 1; printf("request %d is due\n", r) }
    :: d_step { row[r].progress == RETRYING && unlocked(r) -> row[r].progress = QUEUED; printf("the back-off of request %d is over\n", r) }
    od
}

#define restful(r) (row[r].progress == QUEUED || row[r].progress == SCHEDULED || row[r].progress == BLOCKED || row[r].progress == RETRYING)

/* A cancel ends as everything ends, by contego.record: lock, look who waits, commit. */
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
            row[r].allowed = row[r].allowed + !row[r].doubt;
            printf("a person lets request %d go\n", r) }
    :: d_step { row[r].progress == HELD && unlocked(r) -> row[r].locked = PERSON }
#endif
    :: d_step { restful(r) && unlocked(r) && MISHAP; row[r].progress = HELD; row[r].blocker = 0; printf("a person holds request %d\n", r) }
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
    :: d_step { mishaps > 0 -> mishaps--; drop_transactions(0); drop_transactions(1); printf("the database starts anew\n") }
    od
}

/* When nothing can happen any more, every request must have ended; where nobody releases what is held, what waits
 * may wait for an earlier one only. */
#define excused(r) (row[r].progress == HELD || waits(r, 0) || waits(r, 1) || waits(r, 2))
#ifdef NEVER_RELEASED
#define rests(r) (has(ABSENT_ONES, r) || row[r].progress == FINISHED || excused(r))
#else
#define rests(r) (has(ABSENT_ONES, r) || row[r].progress == FINISHED)
#endif

proctype judge() {
    timeout -> assert(lost_request || (rests(0) && rests(1) && rests(2)))
}

inline prepare(r) {
    row[r].due = !has(LATER | LATE, r);
    row[r].progress = (has(LATE | ABSENT_ONES, r) -> ABSENT : (has(LATER, r) -> SCHEDULED : QUEUED))
}

init {
    atomic {
        prepare(0);
        prepare(1);
        prepare(2);
        next_id = 0;
        daemon[0].id = 0;
        daemon[1].id = 1;
        daemon[0].up = 1;
        daemon[1].up = 1;
        next_id = 2;
        run claiming(0); run claiming(1);
        run running(0, 0); run running(0, 1); run running(0, 2); run running(1, 0); run running(1, 1); run running(1, 2);
        run outside(0); run outside(1); run outside(2);
        run person(0); run person(1); run person(2);
        run rescuing();
        run database();
        run judge()
    }
}
