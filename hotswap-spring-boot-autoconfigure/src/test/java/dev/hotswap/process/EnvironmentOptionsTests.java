package dev.hotswap.process;

import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link EnvironmentOptions}.
 */
class EnvironmentOptionsTests {

	// @formatter:off
	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
			-Xrunjdwp:server=y                          | ``                       | -Xrunjdwp:server=y
			-Da=b -agentlib:jdwp=a,b -Dc="d  e"         | -Da=b -Dc="d  e"         | -agentlib:jdwp=a,b
			-Da="b -agentlib:jdwp=c"                    | -Da="b -agentlib:jdwp=c" | ``
			-Da='b "-agentlib:jdwp=c' -Dd               | -Da='b "-agentlib:jdwp=c' -Dd | ``
			"-agentlib:jdwp=a" -Db                      | -Db                      | -agentlib:jdwp=a
			-Da -agentlib:jdwp="onthrow=x y" -Db        | -Da -Db                  | -agentlib:jdwp=onthrow=x y
			-Da  -Db                                    | -Da  -Db                 | ``
			-Da -agentlib:jdwp='unended x               | -Da                      | -agentlib:jdwp=unended x
			""")
	// @formatter:on
	void debugAndJmxOptionsAreLeftOutAndQuotesRespected(String value, String rest, String leftOut) {
		EnvironmentOptions.Reduced reduced = new EnvironmentOptions(value).withoutDebugAndJmx();
		assertThat(reduced.value()).isEqualTo(rest);
		assertThat(reduced.leftOut()).isEqualTo(leftOut.isEmpty() ? List.of() : List.of(leftOut));
	}

	@Test
	void portsAndAgentsAreFoundInAllVariables() {
		Map<String, String> environment = Map.of("JAVA_TOOL_OPTIONS",
				"-Da -agentlib:jdwp=server=y,address=\"*:5005\" -Dcom.sun.management.jmxremote.port=9010",
				"JDK_JAVA_OPTIONS", "\t-Dcom.sun.management.jmxremote.rmi.port=9011\n", "_JAVA_OPTIONS",
				"-Xrunjdwp:server=y,address=5006", "OTHER", "-Xrunjdwp:server=y,address=5007");
		assertThat(EnvironmentOptions.debugAndJmxPorts(environment)).containsExactlyInAnyOrder(5005, 5006, 9010, 9011);
		assertThat(EnvironmentOptions.hasDebugOrJmxAgent(environment)).isTrue();
	}

	@Test
	void environmentWithoutAgentsHasNone() {
		Map<String, String> environment = Map.of("JAVA_TOOL_OPTIONS", "-Da=-Xrunjdwp:x", "OTHER", "-Xrunjdwp:x");
		assertThat(EnvironmentOptions.debugAndJmxPorts(environment)).isEmpty();
		assertThat(EnvironmentOptions.hasDebugOrJmxAgent(environment)).isFalse();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
			``     | -Da=b    | -Da=b
			-Dx    | -Da=b c  | -Dx "-Da=b c"
			-Da=b  | -Da=b    | -Da=b
			"-Da=b" | -Da=b   | "-Da=b"
			``     | -Da="b   | '-Da="b'
			""")
	void optionIsAddedOnceAndQuotedWhereNeeded(String value, String option, String expected) {
		assertThat(new EnvironmentOptions(value).with(option).value()).isEqualTo(expected);
	}

}
