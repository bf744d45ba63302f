/* contego.claim and contego.give_back_lost. Part of line.pml. */

/* contego.claim. The clock that decides which requests are due must be read with the snapshot that shows the rows. */
#ifdef STALE_CLOCK
#define due_in(d, r) has(daemon[d].now, r)
#else
#define due_in(d, r) row[r].due
#endif
#define candidate(d, r) ((row[r].progress == QUEUED || (row[r].progress == SCHEDULED && due_in(d, r))) && unlocked(r) && \
                         execution_of(d, r).at == NOTHING)
#define ahead(d, r, p) ((p) < (r) && shares(r, p) && is_open(p) && due_in(d, p))
#define busy(r, p) (shares(r, p) && flies(p))
/* The nearest predecessor of r, else a request in flight that came after r. */
#define blocker_of(d, r) (ahead(d, r, 1) -> 1 : (ahead(d, r, 0) -> 0 : \
                         (busy(r, 0) -> 0 : (busy(r, 1) -> 1 : (busy(r, 2) -> 2 : NOBODY)))))
/* A poll that would change nothing is not a step, so that every run ends. */
#define worth(d, r) (candidate(d, r) && row[blocker_of(d, r)].locked == 0)
#ifdef LANE_CHECK_OUTSIDE
#define my_turn true
#else
#define my_turn !taking_turns
#endif

/* Requests that came before r can be parked behind r only while r is in flight. They go back to the queue when r leaves the
 * flight unfinished, because r will then wait for them. */
inline wake_earlier(r) {
#ifndef NO_WAKE_ON_RETURN
    w = 0;
    do
    :: w < r ->
        if
        :: row[w].progress == BLOCKED && row[w].blocker == r && row[w].locked == 0 ->
            row[w].progress = QUEUED;
            row[w].blocker = 0
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

/* BEGIN of the claim's transaction, at which now() is read. It does not happen while the keeper is about to join anew:
 * the daemon would claim and give back in turns until then. */
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

/* The statement that finds candidates and their blockers: it has one snapshot and locks the candidates. */
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

/* The daemon has room for one request only: the first in order, or an EXPRESS one with a later number. */
inline take_one(d, r) { has(daemon[d].free, r) -> daemon[d].free = 1 << r }

/* The condition that must hold when a claim marks r. */
#define first_in_lanes(r) (!waits(r, 0) && !waits(r, 1) && !waits(r, 2))
#define waits(r, p) (busy(r, p) || ((p) < (r) && shares(r, p) && is_open(p) && row[p].due))
inline check_order(d, r) { assert(overtakes || (!has(daemon[d].free, r) || first_in_lanes(r))) }

/* The claim locks the request in front, so that its end waits for this claim. If the lock cannot be had, the row stays queued.
 * Under the lock, its state is read again: a request with a later number that is no longer in flight is no longer in front. */
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
        :: row[r].maybe_sent
        :: else -> row[r].fence = next_fence
        fi;
#else
        row[r].fence = next_fence;
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
    :: daemon[d].free != 0 -> claims++; assert(claims < 15);
#ifdef NUMBERS_COME_BACK
        numbered++
#endif
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
        execution_of(d, r).at = WAITING;
        execution_of(d, r).command = row[r].recorded;
        execution_of(d, r).maybe_sent = row[r].maybe_sent;
        execution_of(d, r).fence = row[r].fence;
        execution_of(d, r).holder = daemon[d].claim_id;
        execution_of(d, r).claim = row[r].claim;
        daemon[d].latest = next_fence
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

/* contego.give_back_lost: the answer to a claim was lost, and no command with a fence above `latest` was sent. */
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
    daemon[d].unanswered_claim = 0
}
