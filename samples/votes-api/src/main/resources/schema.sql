CREATE TABLE IF NOT EXISTS post (
    id text PRIMARY KEY,
    author text NOT NULL,
    title text NOT NULL
);

-- Votes that count, in the order of their numbers, each with the tally that it led to. Where code is mistaken, the keys are the
-- last word: no number twice, no user twice.
CREATE TABLE IF NOT EXISTS vote (
    post text NOT NULL REFERENCES post,
    number integer NOT NULL,
    voter text NOT NULL,
    choice text NOT NULL CHECK (choice IN ('UP', 'DOWN')),
    up integer NOT NULL,
    down integer NOT NULL,
    submission uuid NOT NULL UNIQUE,
    PRIMARY KEY (post, number),
    UNIQUE (post, voter),
    CHECK (number = up + down)
);

-- Votes of users who had voted before, with the one that counts.
CREATE TABLE IF NOT EXISTS refused_vote (
    submission uuid PRIMARY KEY,
    counted uuid NOT NULL REFERENCES vote (submission)
);

CREATE TABLE IF NOT EXISTS sent_mail (
    job uuid PRIMARY KEY,
    post text NOT NULL REFERENCES post,
    score integer NOT NULL,
    at timestamptz NOT NULL DEFAULT now()
);
