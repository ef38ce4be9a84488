package dev.interlock.queue;

import java.util.UUID;

/**
 * One claim of a job or a lane. It stands exactly as long as the row has this number and runs: every claim and every loss of one
 * raises the number, so who is late finds that nothing fits.
 *
 * @param id of the job or the lane
 */
record Claim(UUID id, long number) {}
