package dev.hotswap.process;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link LaunchOrigin}.
 */
class LaunchOriginTests {

	private static final String OPENS = "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED";

	private static final String MARK = "HOTSWAP_HANDOFF";

	private static final LaunchOrigin ORIGIN = new LaunchOrigin(of("java -Xmx1g -jar app.jar --a=b"),
			Path.of("/opt/app"), Map.of(), Set.of());

	private static final LaunchAdditions ADDITIONS = new LaunchAdditions(null, List.of("-Xmx2g", "-Dx=1"),
			List.of("--more"), Map.of("COLOUR", "blue", "NEW", "1"), Path.of("/opt/other"));

	@Test
	void additionsAndRequirementsAreApplied() {
		LaunchPlan plan = ORIGIN.plan(Map.of("COLOUR", "red", "HOME", "/root"), ADDITIONS, requirements("h1"));
		assertThat(plan.request())
			.isEqualTo(new LaunchRequest(of("java -Xmx1g -Xmx2g -Dx=1 " + OPENS + " -jar app.jar --a=b --more"),
					Path.of("/opt/other"), Map.of("COLOUR", "blue", "NEW", "1", "HOME", "/root", MARK, "h1")));
		assertThat(plan.origin()).isEqualTo(
				new LaunchOrigin(ORIGIN.commandLine(), ORIGIN.directory(), Map.of("COLOUR", "red"), Set.of("NEW")));
		assertThat(plan.leftOut()).isEmpty();
	}

	@Test
	void thirtiethGenerationIsLaunchedAsTheSecond() {
		Map<String, String> operators = Map.of("COLOUR", "red", "JAVA_TOOL_OPTIONS", "-Dt -agentlib:jdwp=server=y");
		LaunchPlan second = ORIGIN.plan(operators, ADDITIONS, requirements("h2"));
		LaunchPlan last = second;
		for (int generation = 3; generation <= 30; generation++) {
			LaunchOrigin told = LaunchOrigin.fromFields(last.origin().toFields());
			last = told.plan(last.request().environment(), ADDITIONS, requirements("h" + generation));
		}
		assertThat(last.request().commandLine()).isEqualTo(second.request().commandLine());
		assertThat(last.request().directory()).isEqualTo(second.request().directory());
		Map<String, String> expected = new HashMap<>(second.request().environment());
		expected.put(MARK, "h30");
		assertThat(last.request().environment()).isEqualTo(expected);
		assertThat(last.origin()).isEqualTo(second.origin());
		assertThat(last.leftOut()).isEqualTo(second.leftOut()).containsExactly("-agentlib:jdwp=server=y");
	}

	@Test
	void thirtiethGenerationOfAScriptIsLaunchedAsTheSecond() {
		LaunchOrigin origin = new LaunchOrigin(of("/opt/app/run.sh start"), Path.of("/opt/app"), Map.of(), Set.of());
		LaunchPlan second = origin.plan(Map.of("JAVA_TOOL_OPTIONS", "-Dt"), ADDITIONS, requirements("h"));
		LaunchPlan last = second;
		for (int generation = 3; generation <= 30; generation++) {
			last = last.origin().plan(last.request().environment(), ADDITIONS, requirements("h"));
		}
		assertThat(last).isEqualTo(second);
		assertThat(second.request().commandLine()).isEqualTo(of("/opt/app/run.sh start --more"));
		assertThat(second.request().environment()).containsEntry("JAVA_TOOL_OPTIONS", "-Dt -Xmx2g -Dx=1 " + OPENS);
	}

	@Test
	void additionThatIsNoLongerConfiguredIsGone() {
		LaunchPlan second = ORIGIN.plan(Map.of("COLOUR", "red"), ADDITIONS, requirements("h2"));
		LaunchPlan third = second.origin()
			.plan(second.request().environment(), LaunchAdditions.none(),
					new LaunchRequirements(List.of(), Map.of(), Set.of(MARK)));
		assertThat(third.request())
			.isEqualTo(new LaunchRequest(ORIGIN.commandLine(), ORIGIN.directory(), Map.of("COLOUR", "red")));
		assertThat(third.origin()).isEqualTo(ORIGIN);
	}

	@Test
	void variableThatMarksThisProcessIsNotInherited() {
		LaunchPlan plan = ORIGIN.plan(Map.of(MARK, "h1", "OTHER_MARK", "x"), LaunchAdditions.none(),
				new LaunchRequirements(List.of(), Map.of(MARK, "h2"), Set.of("OTHER_MARK")));
		assertThat(plan.request().environment()).isEqualTo(Map.of(MARK, "h2"));
		assertThat(plan.origin()).isEqualTo(ORIGIN);
	}

	@Test
	void commandReplacesTheWholeCommandLine() {
		LaunchAdditions additions = new LaunchAdditions(List.of("/opt/jdk/bin/java", "-jar", "v2.jar"),
				List.of("-Dx=1"), List.of("--more"), Map.of(), null);
		LaunchPlan plan = ORIGIN.plan(Map.of(), additions, requirements("h"));
		assertThat(plan.request().commandLine())
			.isEqualTo(of("/opt/jdk/bin/java -Dx=1 " + OPENS + " -jar v2.jar --more"));
		assertThat(plan.request().directory()).isEqualTo(ORIGIN.directory());
		assertThat(plan.origin()).isEqualTo(ORIGIN);
	}

	@Test
	void relativeExecutableIsFoundFromAnotherDirectory() {
		LaunchOrigin origin = new LaunchOrigin(of("../jdk/bin/java -jar app.jar"), Path.of("/opt/app"), Map.of(),
				Set.of());
		assertThat(origin.plan(Map.of(), LaunchAdditions.none(), requirements("h")).request().commandLine().words())
			.startsWith("../jdk/bin/java");
		assertThat(origin.plan(Map.of(), ADDITIONS, requirements("h")).request().commandLine().words())
			.startsWith("/opt/app/../jdk/bin/java");
	}

	@Test
	void relativeDirectoryIsTakenFromTheOperators() {
		LaunchAdditions additions = new LaunchAdditions(null, List.of(), List.of(), Map.of(), Path.of("v2"));
		assertThat(ORIGIN.plan(Map.of(), additions, requirements("h")).request().directory())
			.isEqualTo(Path.of("/opt/app/v2"));
	}

	@Test
	void debugAndJmxOptionsAreLeftOutWhereverTheyComeFrom() {
		LaunchOrigin origin = new LaunchOrigin(of("java -Xrunjdwp:a -jar app.jar"), Path.of("/"), Map.of(), Set.of());
		LaunchAdditions additions = new LaunchAdditions(null, List.of("-agentlib:jdwp=b"), List.of(),
				Map.of("JDK_JAVA_OPTIONS", "-Xrunjdwp:c"), null);
		LaunchPlan plan = origin.plan(Map.of("JAVA_TOOL_OPTIONS", "-Dd -Dcom.sun.management.jmxremote.port=1"),
				additions, requirements("h"));
		assertThat(plan.leftOut()).containsExactly("-Xrunjdwp:a", "-agentlib:jdwp=b",
				"-Dcom.sun.management.jmxremote.port=1", "-Xrunjdwp:c");
		assertThat(plan.request().commandLine()).isEqualTo(of("java " + OPENS + " -jar app.jar"));
		assertThat(plan.request().environment()).containsEntry("JAVA_TOOL_OPTIONS", "-Dd")
			.containsEntry("JDK_JAVA_OPTIONS", "");
		assertThat(plan.origin().commandLine()).isEqualTo(origin.commandLine());
	}

	@Test
	void fieldsRoundTrip() {
		LaunchOrigin origin = new LaunchOrigin(
				new CommandLine(List.of("java", "", "a b", "line\nbreak", "gr\u00fc\u00df", "")),
				Path.of("/opt/with blank"), Map.of("A", "", "B", "c=d\n"), Set.of("E", "F"));
		Map<String, String> fields = new HashMap<>(origin.toFields());
		fields.put("other", "x");
		assertThat(LaunchOrigin.fromFields(fields)).isEqualTo(origin);
		assertThat(LaunchOrigin.fromFields(ORIGIN.toFields())).isEqualTo(ORIGIN);
	}

	@ParameterizedTest
	@ValueSource(
			strings = { "origin.words", "origin.directory", "origin.environment.replaced", "origin.environment.added" })
	void missingFieldIsNamed(String name) {
		Map<String, String> fields = new HashMap<>(ORIGIN.toFields());
		fields.remove(name);
		assertThatIllegalArgumentException().isThrownBy(() -> LaunchOrigin.fromFields(fields))
			.withMessageContaining(name);
	}

	@Test
	void malformedVariableIsRefused() {
		Map<String, String> fields = new HashMap<>(ORIGIN.toFields());
		fields.put("origin.environment.replaced", "=x\0");
		assertThatIllegalArgumentException().isThrownBy(() -> LaunchOrigin.fromFields(fields));
	}

	@Test
	void originOfThisProcessIsHowItWasStarted() throws IOException {
		LaunchOrigin origin = LaunchOrigin.ofThisProcess();
		assertThat(origin.commandLine()).isEqualTo(CommandLine.ofThisProcess());
		assertThat(origin.directory()).isEqualTo(Path.of("").toRealPath());
		assertThat(origin.replacedEnvironment()).isEmpty();
		assertThat(origin.addedEnvironment()).isEmpty();
	}

	@Test
	void additionsAreCheckedWhenTheyAreMade() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> new LaunchAdditions(null, List.of("app.jar"), List.of(), Map.of(), null))
			.withMessageContaining("app.jar");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> new LaunchAdditions(List.of(), List.of(), List.of(), Map.of(), null));
	}

	private static LaunchRequirements requirements(String handoff) {
		return new LaunchRequirements(List.of(OPENS), Map.of(MARK, handoff), Set.of());
	}

	private static CommandLine of(String words) {
		return new CommandLine(List.of(words.split(" ")));
	}

}
