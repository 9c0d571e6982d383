package dev.hotswap.command;

import java.io.PrintStream;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;

import dev.hotswap.HandoffRecord;
import dev.hotswap.HandoffStatus;
import dev.hotswap.Stage;
import dev.hotswap.handoff.CommandAnswer;
import org.jspecify.annotations.Nullable;

/**
 * What an operator reads. For one thread.
 */
final class CommandConsole {

	private static final int HISTORY = 5;

	private final PrintStream out;

	private final PrintStream err;

	CommandConsole(PrintStream out, PrintStream err) {
		this.out = out;
		this.err = err;
	}

	void say(String text) {
		this.out.println(text);
	}

	void complain(String text) {
		this.err.println(text);
	}

	void show(CommandAnswer.Progress progress) {
		String what = (progress.stage() == Stage.DRAIN && progress.successorPid() != null)
				? "DRAIN: pid " + progress.successorPid() + " serves" : progress.stage().name();
		this.out.printf("%8d ms  %s%n", progress.millis(), what);
	}

	void show(HandoffStatus status) {
		line("application", status.application());
		line("role", status.role() + " since " + seconds(status.since()));
		line("generation", status.generation());
		line("pid", status.pid());
		line("release", status.release());
		line("revision", status.revision());
		for (HandoffStatus.Listener listener : status.listeners()) {
			line("listener", listener.name() + " " + listener.scheme() + "://" + address(listener.address()) + ":"
					+ listener.port());
		}
		HandoffStatus.Running running = status.handoff();
		if (running != null) {
			line("handoff", running.id() + " in " + running.stage() + " since " + seconds(running.stageStarted())
					+ ((running.successorPid() != null) ? ", successor pid " + running.successorPid() : ""));
		}
		status.draining().forEach((older) -> line("draining", describe(older)));
		status.history().stream().limit(HISTORY).forEach((handoff) -> line("history", describe(handoff)));
	}

	private void line(String name, @Nullable Object value) {
		this.out.printf("%-12s %s%n", name, (value != null) ? value : "-");
	}

	private static String address(String address) {
		return address.contains(":") ? "[" + address + "]" : address;
	}

	private static Instant seconds(Instant instant) {
		return instant.truncatedTo(ChronoUnit.SECONDS);
	}

	private static String describe(HandoffStatus.Draining older) {
		HandoffStatus.Held held = older.held();
		return "generation " + older.generation() + ", pid " + older.pid() + ", " + older.role()
				+ ((held != null) ? ": " + held.fresh() + " new, " + held.active() + " active, " + held.idle()
						+ " idle connections" : "")
				+ ((older.deadline() != null) ? ", until " + seconds(older.deadline()) : "");
	}

	static String describe(HandoffRecord handoff) {
		StringBuilder text = new StringBuilder();
		text.append(seconds(handoff.started())).append(' ').append(handoff.id()).append(' ').append(handoff.result());
		text.append(" in ").append(handoff.stage());
		HandoffRecord.Party to = handoff.to();
		text.append(", pid ").append(handoff.from().pid()).append((to != null) ? " to " + to.pid() : "");
		if (handoff.code() != null) {
			text.append(" (").append(handoff.code()).append("): ").append(handoff.message());
		}
		else {
			text.append(", ").append(millisToServing(handoff.stageMillis())).append(" ms until it served");
		}
		return text.toString();
	}

	private static long millisToServing(Map<Stage, Long> stageMillis) {
		return stageMillis.entrySet()
			.stream()
			.filter((entry) -> entry.getKey().compareTo(Stage.DRAIN) < 0)
			.mapToLong(Map.Entry::getValue)
			.sum();
	}

}
