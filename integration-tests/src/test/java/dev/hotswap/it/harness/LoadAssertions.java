package dev.hotswap.it.harness;

import org.assertj.core.api.SoftAssertions;

/**
 * What a load must have seen.
 */
public final class LoadAssertions {

	private LoadAssertions() {
	}

	/**
	 * Every request was answered 200, and no connection ended that was not announced to.
	 * @param report what the load has seen
	 */
	public static void assertThatNobodyNoticed(LoadReport report) {
		SoftAssertions.assertSoftly((softly) -> {
			softly.assertThat(report.total().sent()).as("sent").isPositive();
			softly.assertThat(report.total().ok()).as("answered 200").isEqualTo(report.total().sent());
			softly.assertThat(report.failures()).as("failures").isEmpty();
			softly.assertThat(report.silentCloses()).as("closed without announcement").isZero();
			softly.assertThat(report.resets()).as("reset").isZero();
		});
	}

}
