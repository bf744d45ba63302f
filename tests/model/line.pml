/* The protocol by which daemons share requests: claim, lease, fence, rescue, lanes. SPIN checks it; README.md lists the
 * properties and the sizes. A step of this model is one SQL statement with its snapshot, one commit, or one decision of a
 * daemon. Any time may pass between two steps, so a stopped process (SIGSTOP) needs no step of its own: it does nothing
 * while the others go on and its lease ends.
 *
 * The number of a request is its place in sequence_number. Here the rows of contego.lane are part of the row of
 * contego.request. -D CONFIGURATION makes another world (below). -D VARIANT makes a broken protocol, which must be rejected
 * (README.md lists the variants). */

#ifndef LANES0                /* the lanes of each request: bit masks */
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
#ifndef COMMANDS              /* of each request; the last one is not safe to repeat if UNSAFE contains the request */
#define COMMANDS 1
#endif
#ifndef UNSAFE
#define UNSAFE 0
#endif
#ifndef FAULTS                /* the most mishaps in one run, of any kinds: see MISHAP */
#define FAULTS 2
#endif

#include "state.pml"
#include "claim.pml"
#include "execution.pml"
#include "fleet.pml"
#include "outside.pml"

/* When no step is possible any more, every request must have ended. If nobody releases held requests, a request may also wait,
 * but only for an earlier one. */
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
