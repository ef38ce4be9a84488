package dev.interlock.fault;

/** Where in a guarded call a worker can be stopped, in the order in which a call comes by. */
enum Point {
    /** The lock is granted, BEGIN is not sent: no statement of the transaction has run. */
    LOCK_GRANTED,
    /** The fencing token was asked for and every check before its claim has passed; the claim is not sent. */
    TOKEN_DRAWN,
    /** First line of the body: the token is claimed where there is one, nothing was read. */
    BODY_ENTERED,
    /** The row was read, nothing written. */
    ROW_READ,
    /** Everything is written and every check of the toolkit has passed; COMMIT is not sent. */
    BEFORE_COMMIT
}
