package dev.hotswap.it.results;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link FailureMatrixPage}.
 */
class FailureMatrixPageTests {

	@Test
	void eachStageIsARowAndEachFaultAColumn() {
		String page = FailureMatrixPage
			.of("""
					[INFO] something else
					MATRIX jdk=25 server=tomcat stage=START fault=SUCCESSOR_EXITS serves=predecessor result=successor-exited \
					recorded=START exit=3 sent=1876 lost=0 refused=0 worst=191ms
					MATRIX jdk=25 server=tomcat stage=LAUNCH fault=PREDECESSOR_KILLED serves=successor result=none \
					recorded=LAUNCH exit=137 sent=1807 lost=9 refused=784 worst=269ms
					MATRIX jdk=25 server=tomcat stage=DRAIN fault=PREDECESSOR_KILLED serves=successor result=succeeded \
					recorded=CUTOVER exit=137 sent=100 lost=2 refused=0 worst=26ms
					""");
		assertThat(page).contains("## tomcat, JDK 25")
			.contains("| START | predecessor serves; `successor-exited`; exit 3; 0 of 1876 failed; 191 ms |")
			.contains("| successor serves; no history; exit 137; 9 of 1807 failed, 784 refused; 269 ms | – |")
			.contains("| successor serves; `succeeded` in CUTOVER; exit 137; 2 of 100 failed; 26 ms | – |");
	}

}
