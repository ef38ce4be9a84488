package dev.interlock.redisson;

/**
 * What Redis runs for leases, each script one step on one record.
 *
 * <p>A record is a hash: {@code state} is {@code claimed} or {@code done}; times are microseconds by the clock of the server,
 * written out in full, since Lua shortens numbers of that size; an owner is compared as text, since Lua's numbers do not hold
 * 64 bits. A script may be run twice by Redisson where the first answer is lost, so the owner of a claim or an outcome is
 * told again what it has.
 */
final class LeaseScripts {

    private static final String NOW = """
            local t = redis.call('time')
            local now = t[1] * 1000000 + t[2]
            """;

    /** KEYS: record. ARGV: owner, fingerprint; both empty for somebody who only looks. */
    private static final String SEE = NOW + """
            local r = redis.call('hmget', KEYS[1],
                'state', 'owner', 'fingerprint', 'fence', 'hold', 'lease', 'claimed', 'format', 'kind', 'thrown', 'body')
            if r[1] == 'done' then
                return {'done', r[3], r[8], r[9], r[10], r[11], redis.call('pttl', KEYS[1])}
            end
            if r[1] == 'claimed' then
                if r[2] == ARGV[1] then return {'granted', r[4]} end
                if #ARGV[2] > 0 and #r[3] > 0 and r[3] ~= ARGV[2] then return {'reused'} end
                if tonumber(r[6]) > now then return {'in flight'} end
                if r[5] == '1' then return {'held', r[2]} end
            elseif r[1] then
                return {'unknown'}
            end
            """;

    static final String FIND = SEE + "return {'free'}";

    /**
     * KEYS: record, withdrawal of this owner. ARGV: owner, fingerprint, name, 1 to hold, microseconds of the lease,
     * milliseconds until nobody cares for the record.
     */
    static final String CLAIM = SEE + """
            if redis.call('exists', KEYS[2]) == 1 then return {'withdrawn'} end
            local fence = '1'
            local claimed = string.format('%.0f', now)
            if r[1] then
                fence = string.format('%.0f', r[4] + 1)
                claimed = r[7]
            end
            redis.call('del', KEYS[1])
            redis.call('hset', KEYS[1], 'state', 'claimed', 'owner', ARGV[1], 'fingerprint', ARGV[2], 'name', ARGV[3],
                'fence', fence, 'hold', ARGV[4], 'lease', string.format('%.0f', now + ARGV[5]), 'claimed', claimed)
            if ARGV[4] ~= '1' then redis.call('pexpire', KEYS[1], ARGV[6]) end
            return {'granted', fence}
            """;

    /** KEYS: record, withdrawal of this owner. ARGV: owner, milliseconds for which its claim may still be under way. */
    static final String WITHDRAW = """
            local r = redis.call('hmget', KEYS[1], 'state', 'owner')
            if r[1] == 'claimed' and r[2] == ARGV[1] then redis.call('del', KEYS[1]) end
            redis.call('set', KEYS[2], '', 'px', ARGV[2])
            return {1}
            """;

    /** KEYS: record. ARGV: owner, then as the script needs. */
    private static final String IF_CLAIMED = NOW + """
            local r = redis.call('hmget', KEYS[1], 'state', 'owner', 'hold')
            if r[1] ~= 'claimed' or r[2] ~= ARGV[1] then return {0} end
            """;

    /** ARGV: owner, microseconds of the lease, milliseconds until nobody cares for the record. */
    static final String RENEW = IF_CLAIMED + """
            redis.call('hset', KEYS[1], 'lease', string.format('%.0f', now + ARGV[2]))
            if r[3] ~= '1' then redis.call('pexpire', KEYS[1], ARGV[3]) end
            return {1}
            """;

    static final String RELEASE = IF_CLAIMED + """
            redis.call('del', KEYS[1])
            return {1}
            """;

    static final String ABANDON = IF_CLAIMED + """
            redis.call('hset', KEYS[1], 'lease', string.format('%.0f', now))
            return {1}
            """;

    /** ARGV from the second on: milliseconds to live, format, kind, body, what was thrown if anything was. */
    private static final String PUT_OUTCOME = """
            redis.call('hset', KEYS[1], 'state', 'done', 'format', ARGV[3], 'kind', ARGV[4], 'body', ARGV[5])
            if ARGV[6] then redis.call('hset', KEYS[1], 'thrown', ARGV[6]) end
            redis.call('hdel', KEYS[1], 'hold', 'lease', 'claimed')
            redis.call('pexpire', KEYS[1], ARGV[2])
            """;

    static final String COMPLETE = """
            local r = redis.call('hmget', KEYS[1], 'state', 'owner')
            if not r[1] or r[2] ~= ARGV[1] then return {0} end
            if r[1] == 'done' then return {1} end
            """ + PUT_OUTCOME + "return {1}";

    /** KEYS: record. Answers the owner that is gone if the record is held. */
    private static final String IF_HELD = NOW + """
            local r = redis.call('hmget', KEYS[1], 'state', 'owner', 'hold', 'lease')
            if r[1] ~= 'claimed' or r[3] ~= '1' or tonumber(r[4]) > now then return {} end
            """;

    static final String REPEAT = IF_HELD + """
            redis.call('del', KEYS[1])
            return {r[2]}
            """;

    /** The first argument is empty, for nobody owns an outcome that was found out. */
    static final String RESOLVE = IF_HELD + PUT_OUTCOME + """
            redis.call('hset', KEYS[1], 'owner', ARGV[1])
            return {r[2]}
            """;

    /** KEYS: record. Answers owner, 1 if it is held, name, begin and end of the lease; nothing if it is not claimed. */
    static final String DESCRIBE = NOW + """
            local r = redis.call('hmget', KEYS[1], 'state', 'owner', 'hold', 'lease', 'name', 'claimed')
            if r[1] ~= 'claimed' then return {} end
            local held = 0
            if r[3] == '1' and tonumber(r[4]) <= now then held = 1 end
            return {r[2], held, r[5], r[6], r[4]}
            """;

    /** KEYS: index. ARGV: member. */
    static final String LIST_MEMBER = NOW + """
            redis.call('zadd', KEYS[1], 'nx', string.format('%.0f', now), ARGV[1])
            return {1}
            """;

    /** KEYS: index. ARGV: member. */
    static final String UNLIST_MEMBER = "return {redis.call('zrem', KEYS[1], ARGV[1])}";

    /** KEYS: index. ARGV: first rank, last rank. */
    static final String MEMBERS = "return redis.call('zrange', KEYS[1], ARGV[1], ARGV[2])";

    /** KEYS: index. ARGV: microseconds of age, members. */
    static final String UNLIST_OLD = NOW + """
            for i = 2, #ARGV do
                local listed = redis.call('zscore', KEYS[1], ARGV[i])
                if listed and now - listed >= tonumber(ARGV[1]) then redis.call('zrem', KEYS[1], ARGV[i]) end
            end
            return {1}
            """;

    private LeaseScripts() {}
}
