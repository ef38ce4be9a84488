-- For trying it out; a service has its own.
INSERT INTO post (id, author, title) VALUES ('first', 'ada@example.org', 'First things first'), ('second', 'bob@example.org', 'Second thoughts')
    ON CONFLICT DO NOTHING;
