package dev.interlock.benchmark.locks;

import dev.interlock.benchmark.contest.Arm;
import dev.interlock.benchmark.contest.Exclusion;
import dev.interlock.benchmark.contest.Load;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

/** One of several JVMs that compete for one key; it obeys {@link NodeProtocol} on its standard streams. */
final class Node {

    /** How the threads of a node lock. */
    enum Kind {
        SESSION {
            @Override
            Arm open(String url) {
                return PostgresArms.session(url);
            }
        },
        CONNECTION_PER_WAITER {
            @Override
            Arm open(String url) {
                return new ConnectionPerWaiter(url, PostgresArms.locks(1));
            }
        };

        abstract Arm open(String url);
    }

    private Node() {}

    /** @param arguments kind, number of threads, address of Postgres, file that all nodes share */
    public static void main(String[] arguments) {
        int threads = Integer.parseInt(arguments[1]);
        try (Arm arm = Kind.valueOf(arguments[0]).open(arguments[2])) {
            Exclusion exclusion = Exclusion.of(Path.of(arguments[3]));
            say(NodeProtocol.READY);
            BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
            for (String order = orders.readLine(); order != null; order = orders.readLine()) {
                Duration length = NodeProtocol.round(order);
                say(NodeProtocol.answer(Load.run(arm, threads, thread -> 0, exclusion, length)));
            }
        } catch (Exception failure) {
            say(NodeProtocol.failed(failure));
        }
    }

    private static void say(String line) {
        System.out.println(line);
        System.out.flush();
    }
}
