package dev.hotswap.benchmark;

/**
 * Whether targets are held, for one subject after the other. See the method in
 * {@code docs/benchmarks.md} for the rules.
 */
final class Verdicts {

	private static final String NOTHING = "–";

	private final Table table;

	/**
	 * Begin a table.
	 * @param figure what the second column shows
	 * @param control what the third column shows
	 */
	Verdicts(String figure, String control) {
		this.table = new Table("target", figure, control, "holds");
	}

	/**
	 * Judge a ratio beside that of two things that are equal: it may be as far from the
	 * latter as from 1.
	 * @param target what is asked for
	 * @param limit the greatest ratio
	 * @param ratio what was measured
	 * @param control the same of two things that are equal
	 */
	void atMost(String target, double limit, Spread ratio, Spread control) {
		row(target, ratio.range(2), control.range(2), ratio.median() <= limit * Math.max(1, control.median()));
	}

	/**
	 * Add a row without a control.
	 * @param target what is asked for
	 * @param figure what was measured
	 * @param holds whether that is enough
	 */
	void row(String target, String figure, boolean holds) {
		row(target, figure, NOTHING, holds);
	}

	void row(String target, String figure, String control, boolean holds) {
		this.table.row(target, figure, control, holds ? "yes" : "**no**");
	}

	/**
	 * Add a row for what cannot be judged.
	 * @param target what is asked for
	 * @param reason why it cannot
	 */
	void notJudged(String target, String reason) {
		this.table.row(target, reason, NOTHING, "not judged");
	}

	@Override
	public String toString() {
		return this.table.toString();
	}

}
