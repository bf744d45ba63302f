/* The state of the database and the daemons, and the names of all values. Part of line.pml. */

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

/* The holder of a row lock (FOR UPDATE). */
#define CLAIM_OF(d) (1 + (d))
#define RECORD_OF(d) (1 + D + (d))
#define PERSON 5
#define WOKEN 6               /* locked to be woken by a person's cancel */

typedef Row {
    unsigned progress : 3;
    bit due;                  /* scheduled_date <= the database's clock */
    bit maybe_sent;
    unsigned blocker : 2;     /* blocked_by */
    unsigned holder : 3;      /* claimed_by */
    unsigned fence : 4;
    unsigned recorded : 2;    /* commands that contego.command shows as successful */
    unsigned locked : 3;      /* FOR UPDATE; 0: not locked */
    unsigned shared : 2;      /* FOR KEY SHARE, a bit for each daemon whose claim has it */
    unsigned sent : 3;        /* ghost: number of times that its unsafe command was written to a socket */
    unsigned allowed : 3;     /* ghost: number of further times that a person has allowed */
    unsigned claim : 4        /* ghost: number of its latest claim, which the fence may not show */
};

/* The stage of a request at a daemon: line::run_execution, then the recorder and contego.record. */
#define NOTHING 0
#define WAITING 1             /* it waits to be sent, or is between two commands */
#define STARTED 2             /* the lease check passed: only the socket is left before the CAS */
#define WRITTEN 3             /* the bytes are written, and no answer has come yet */
#define DECIDED 4             /* the recorder has a verdict */
#define RECORDING 5           /* contego.record has the lock and found the fence right */
#define WAKING 6              /* it has read which parked rows to wake, and is about to commit */

/* The dispositions. COMPLETE stands for every end, also for reject. */
#define COMPLETE 0
#define RETRY 1
#define HOLD 2
#define RELEASE 3

typedef Execution {
    unsigned at : 3;
    unsigned verdict : 2;
    unsigned command : 2;     /* the next one to send, from 0 */
    unsigned unrecorded : 2;  /* commands answered with success that are not in the database yet */
    bit maybe_sent;
    unsigned fence : 4;
    unsigned holder : 3;
    unsigned claim : 4;       /* ghost: number of the claim, which the fence may not show */
    unsigned woken : 3;       /* the requests that the last statement of contego.record wakes */
    unsigned behind : 2       /* the request behind which a claim in progress would park it */
};

/* The stage of a daemon in contego.claim. */
#define IDLE 0
#define BEGUN 1               /* BEGIN was sent */
#define CHOSEN 2              /* the candidates are locked, and divided into free and parked ones */
#define PARKED 3              /* the blockers are locked */

typedef Daemon {
    bit up;
    bit lapsed;               /* lease_until has passed */
    unsigned id : 3;          /* contego.daemon.id */
    unsigned stage : 2;
    unsigned claim_id : 3;    /* its id when the claim began */
    unsigned now : 3;         /* requests that were due when the claim began */
    unsigned free : 3;
    unsigned parked : 3;
    bit unanswered_claim;       /* the answer to a claim was lost */
    unsigned latest : 4;      /* latest fence that it knows of */
    Execution execution[R]
};

Row row[R + 1];               /* the last one belongs to NOBODY */
Daemon daemon[D];
unsigned ended : 8;           /* ids that have no row in contego.daemon any more: a rescue has taken them for dead */
unsigned next_id : 4;
unsigned claims : 4;          /* number of the latest claim */
#ifdef NUMBERS_COME_BACK
unsigned numbered : 4;        /* contego.fence, which a lost tail takes back */
unsigned kept_numbered : 4;
#define next_fence numbered
#else
#define next_fence claims     /* contego.fence, which is moved forward after a lost tail */
#endif
#ifdef LOST_TAIL
Row kept[R + 1];              /* what the standby has */
unsigned kept_ended : 8;
unsigned ended_in_lost_tail : 8; /* ghost: ids that had no row before the end of the log was lost */
unsigned standby : 2;         /* 0: has all; 1: gets nothing more; 2: has taken over */
bit stopped;                  /* a lineage that is not confirmed */
#else
#define ended_in_lost_tail 0
#define stopped 0
#endif
bit taking_turns;             /* a claim holds the lock `claim` of contego.lock */
unsigned mishaps : 3 = FAULTS;
hidden byte i, b, w;           /* used within one step only */

/* Faults that must never happen. All of these stay 0: they are names by which the checker shows the failed assertion. */
hidden byte overtakes, two_in_one_lane, sends_what_is_not_ours, sends_what_is_recorded, two_send_in_one_lane;
hidden byte unsafe_sent_twice, stale_write, done_without_answer, lost_request;

/* The guard of a step that may happen or not. */
#define MISHAP mishaps > 0 -> mishaps--

#define has(set, r) (((set) >> (r)) & 1)
#define lanes_of(r) ((r) == 0 -> LANES0 : ((r) == 1 -> LANES1 : LANES2))
#define shares(r, p) ((r) != (p) && (lanes_of(r) & lanes_of(p)) != 0)
#define is_open(r) (row[r].progress != ABSENT && row[r].progress != FINISHED)
#define unlocked(r) (row[r].locked == 0 && row[r].shared == 0)
#define flies(r) (row[r].progress == IN_FLIGHT)
#define is_unsafe(r, c) ((c) == COMMANDS - 1 && has(UNSAFE, r))
#define has_lease(d, number) (!has(ended, number) && !((number) == daemon[d].id && daemon[d].lapsed))
#define execution_of(d, r) daemon[d].execution[r]
#define behind_of(d, r) execution_of(d, r).behind
