-- The 64-bit key of a lock, as dev.interlock.key.LockKey.id() computes it, for operators and for code in SQL:
--
--     SELECT pg_advisory_xact_lock(interlock_lock_key('shop', 'order', '42'));
--     SELECT interlock_lock_key('shop', 'nightly-import');
--
-- Key parts are text: cast numbers and dates, and write them as Java does (integers decimal, UUIDs lower case, ISO-8601).
-- The number is the first eight bytes, big-endian, of SHA-256 over 'interlock/v1', namespace, name and the parts, each as
-- its length in bytes (four bytes, big-endian) and its UTF-8 form, whatever the encoding of the database.
--
-- Null and blank elements are errors. A null result would turn pg_advisory_lock(NULL) into no lock at all, so the function
-- is not STRICT. Blank means what String.isBlank() means in Java 17. It is decided on the bytes, because white space above
-- ASCII cannot be written down in every server encoding.
CREATE OR REPLACE FUNCTION interlock_lock_key(namespace text, name text, VARIADIC key text[] DEFAULT '{}')
    RETURNS bigint
    LANGUAGE plpgsql
    IMMUTABLE
    PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $interlock$
DECLARE
    blank CONSTANT text := '^(0[9a-d]|1[c-f]|20|e19a80|e280(8[0-689a]|a[89])|e2819f|e38080)*$';
    element text;
    utf8 bytea;
    encoded bytea := '';
    place integer := 0;
    what text;
BEGIN
    IF key IS NULL OR array_ndims(key) > 1 THEN
        RAISE EXCEPTION 'interlock_lock_key: the key is no plain list of parts'
            USING ERRCODE = 'invalid_parameter_value',
                HINT = 'Pass the parts one by one, or VARIADIC and a one-dimensional array.';
    END IF;
    FOREACH element IN ARRAY ARRAY['interlock/v1', namespace, name] || key LOOP
        place := place + 1;
        utf8 := convert_to(element, 'UTF8');
        IF utf8 IS NULL OR encode(utf8, 'hex') COLLATE "C" ~ blank THEN
            what := CASE place
                WHEN 2 THEN 'the namespace'
                WHEN 3 THEN 'the name'
                ELSE format('part %s of the key', place - 3)
            END;
            RAISE EXCEPTION 'interlock_lock_key: % is %', what, CASE WHEN utf8 IS NULL THEN 'null' ELSE 'blank' END
                USING ERRCODE = 'invalid_parameter_value',
                    HINT = 'Namespace, name and every part need a value.';
        END IF;
        encoded := encoded || int4send(length(utf8)) || utf8;
    END LOOP;
    RETURN ('x' || encode(substring(sha256(encoded) FROM 1 FOR 8), 'hex'))::bit(64)::bigint;
END
$interlock$;
