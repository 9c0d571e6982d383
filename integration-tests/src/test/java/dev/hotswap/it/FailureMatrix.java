package dev.hotswap.it;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import dev.hotswap.Stage;
import dev.hotswap.it.harness.LoadReport;

import static dev.hotswap.it.harness.LoadAssertions.assertThatNobodyNoticed;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What becomes of a handoff, for every stage and every fault, and what the tests expect.
 */
final class FailureMatrix {

	/**
	 * Who serves afterwards ({@code old}, {@code new}), what the history of that process
	 * says of the handoff ({@code succeeded}, or the failure's code, or {@code none}
	 * where it knows of none), and how the other process exited. {@code @STAGE} is the
	 * stage that the history names, where it is not the row's. A bar in front of the
	 * answer is a cell of the choice that every build runs. A dash is no cell;
	 * {@link dev.hotswap.it.results.FailureMatrixPage} says why.
	 */
	private static final String TABLE = """
			stage        ; successor exits      ; successor killed       ; successor stopped      ; successor floods         ; successor corrupts ; predecessor killed ; predecessor stopped
			PRECHECK     ; old successor-exited 3 @PRECHECK/START ; old successor-exited 137 @PRECHECK/START ; old timeout 137 @START ; old protocol 19          ; old protocol 19    ; new none 137       ; new succeeded 0 @DRAIN/STANDBY
			VERIFY       ; -                    ; -                      ; -                      ; -                        ; -                  ; -                  ; -
			LAUNCH       ; old successor-exited 3 ; old successor-exited 137 ; old timeout 137     ; -                        ; -                  ; new none 137       ; old successor-exited/predecessor-unreachable 18 @LAUNCH/START
			START        ; old successor-exited 3 ; old successor-exited 137 ; old timeout 137     ; | old protocol 137 @CUTOVER ; old protocol 19    ; new succeeded 137 @CUTOVER ; new succeeded 137 @CUTOVER
			WARM_UP      ; old successor-exited 3 ; old successor-exited 137 ; old timeout 137     ; old protocol 137 @CUTOVER ; old protocol 19    ; new succeeded 137 @CUTOVER ; new succeeded 137 @CUTOVER
			HEALTH_CHECK ; old successor-exited 3 ; old successor-exited 137 ; old timeout 137     ; old protocol 137 @CUTOVER ; old protocol 19    ; new succeeded 137 @CUTOVER ; new succeeded 137 @CUTOVER
			CUTOVER      ; old successor-exited 3 ; | old successor-exited 137 ; old timeout 137   ; old protocol 137         ; old protocol 137   ; new succeeded 137  ; new succeeded 137
			DRAIN        ; old successor-exited 3 ; | old successor-exited 137 ; old timeout 137   ; new succeeded 0          ; new succeeded 0    ; new succeeded 137 @CUTOVER ; new succeeded 137 @CUTOVER
			STANDBY      ; old successor-exited 3 ; old successor-exited 137 ; old timeout 137     ; new succeeded 0 @DRAIN          ; new succeeded 0 @DRAIN    ; new succeeded 137 @DRAIN  ; new succeeded 137 @DRAIN
			""";

	private static final Pattern ANSWER = Pattern.compile("(\\|?) *(old|new) (\\S+) (\\d+)(?: @(\\S+))?");

	/** What clients see of a process that dies with their requests. */
	private static final Set<String> DEATHS = Set.of("closed in a request", "closed while idle", "Connection reset",
			"Connection reset by peer", "Broken pipe");

	private static final Set<String> NOBODY_LISTENS = Set.of("Connection refused");

	private FailureMatrix() {
	}

	/**
	 * The cells that this run asks for: all with {@code -Dhotswap.test.matrix=all}.
	 */
	static Stream<Cell> cells() {
		boolean all = "all".equals(System.getProperty("hotswap.test.matrix"));
		String only = System.getProperty("hotswap.test.cell");
		return every().stream()
			.filter((cell) -> (only != null) ? cell.toString().matches(only) : (all || cell.chosen()));
	}

	static List<Cell> every() {
		List<Cell> cells = new ArrayList<>();
		TABLE.lines().skip(1).forEach((line) -> {
			String[] columns = line.split(";");
			Stage stage = Stage.valueOf(columns[0].strip());
			for (Fault fault : Fault.values()) {
				String expected = columns[1 + fault.ordinal()].strip();
				if (!expected.equals("-")) {
					cells.add(cell(stage, fault, expected));
				}
			}
		});
		return cells;
	}

	private static Cell cell(Stage stage, Fault fault, String expected) {
		Matcher matcher = ANSWER.matcher(expected);
		if (!matcher.matches()) {
			throw new IllegalStateException("No expectation: " + expected);
		}
		List<Stage> recorded = (matcher.group(5) != null)
				? Stream.of(matcher.group(5).split("/")).map(Stage::valueOf).toList() : List.of(stage);
		return new Cell(stage, fault, matcher.group(2).equals("new"), matcher.group(3), recorded,
				Integer.parseInt(matcher.group(4)), !matcher.group(1).isEmpty());
	}

	/**
	 * What is done to one of the two processes, in the table's order.
	 */
	enum Fault {

		SUCCESSOR_EXITS, SUCCESSOR_KILLED, SUCCESSOR_STOPPED, SUCCESSOR_FLOODS, SUCCESSOR_CORRUPTS, PREDECESSOR_KILLED,
		PREDECESSOR_STOPPED;

		boolean hitsPredecessor() {
			return this == PREDECESSOR_KILLED || this == PREDECESSOR_STOPPED;
		}

		boolean stops() {
			return this == SUCCESSOR_STOPPED || this == PREDECESSOR_STOPPED;
		}

		/** It ends the successor. */
		boolean endsSuccessor() {
			return this == SUCCESSOR_EXITS || this == SUCCESSOR_KILLED || this == SUCCESSOR_STOPPED;
		}

	}

	/**
	 * A cell of the matrix.
	 *
	 * @param stage the stage in which the fault strikes
	 * @param fault the fault
	 * @param successorServes whether the successor serves in the end
	 * @param result as in the table
	 * @param recorded the stage in the history, or the two that it may be
	 * @param exitStatus how the other process ends
	 * @param chosen whether every build runs it
	 */
	record Cell(Stage stage, Fault fault, boolean successorServes, String result, List<Stage> recorded, int exitStatus,
			boolean chosen) {

		/** An operator starts the successor, which is there from the first stage on. */
		boolean isTakeover() {
			return this.stage == Stage.PRECHECK;
		}

		/** Nobody fences the stopped process, so it goes on in the end. */
		boolean isContinued() {
			return this.fault.stops() && this.exitStatus != 128 + 9;
		}

		/** Somebody who served is killed. */
		boolean endsServingProcess() {
			if (this.fault.hitsPredecessor()) {
				return !isContinued() && this.stage != Stage.STANDBY;
			}
			if (this.fault == Fault.SUCCESSOR_FLOODS || this.fault == Fault.SUCCESSOR_CORRUPTS) {
				// It may have opened its gates before it is killed
				return this.recorded.contains(Stage.CUTOVER);
			}
			return this.fault.endsSuccessor() && this.stage.compareTo(Stage.DRAIN) >= 0;
		}

		/** Nobody has the listener until the successor has bound it anew. */
		boolean startsFresh() {
			return this.result.equals("none");
		}

		/**
		 * Requests fail only where the process that was serving them was killed.
		 * @param report what clients have seen
		 * @param connections how many of theirs that process could hold
		 */
		void assertThatOnlyTheDeadFailed(LoadReport report, int connections) {
			if (!endsServingProcess()) {
				assertThatNobodyNoticed(report);
				return;
			}
			Map<String, Long> failures = new HashMap<>(report.failures());
			if (startsFresh()) {
				// With the last owner of the listener its accept queue is gone, too
				failures.keySet().removeAll(NOBODY_LISTENS);
			}
			assertThat(failures.keySet()).isSubsetOf(DEATHS);
			if (!startsFresh()) {
				assertThat(failures.values().stream().mapToLong(Long::longValue).sum()).as("in flight")
					.isLessThanOrEqualTo(connections);
			}
			assertThat(report.total().non200()).isZero();
		}

		@Override
		public String toString() {
			return this.stage + ":" + this.fault.name().toLowerCase(Locale.ROOT).replace('_', '-');
		}

	}

}
