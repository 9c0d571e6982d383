package dev.hotswap;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

import dev.hotswap.command.Command;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What {@code docs/operations.md} says is what there is.
 */
class OperationsPageTests {

	private static final Path DOCS = Path.of("../docs");

	@Test
	void everyFailureCodeHasARowWithItsExitStatusAndWhatToDo() throws Exception {
		List<String> rows = new ArrayList<>();
		for (MatchResult row : rows("\\| `([a-z-]+)` \\| (\\d+) \\| [^|]+\\. \\| [^|]+\\. \\|")) {
			rows.add(row.group(1) + " " + row.group(2));
		}
		assertThat(rows).containsExactlyElementsOf(
				Arrays.stream(FailureCode.values()).map((code) -> code.code() + " " + code.exitStatus()).toList());
	}

	@Test
	void everyCommandHasARow() throws Exception {
		assertThat(rows("\\| `([a-z]+)` \\| [^|]+ \\| [^|]+ \\|").stream().map((row) -> row.group(1)))
			.containsExactlyInAnyOrderElementsOf(Arrays.stream(Command.values()).map(Command::toString).toList());
	}

	@Test
	void deployScriptIsTheOneThatIsTested() throws Exception {
		String script = Files.readString(DOCS.resolve("examples/deploy.sh"));
		String block = Pattern.compile("(?s)```sh\n(.*?)```")
			.matcher(page())
			.results()
			.findFirst()
			.orElseThrow()
			.group(1);
		assertThat(block.lines()).hasSize(3);
		assertThat(script.lines().filter((line) -> !line.startsWith("#")))
			.containsExactlyElementsOf(block.lines().toList());
	}

	private static List<MatchResult> rows(String pattern) throws Exception {
		return Pattern.compile("(?m)^" + pattern + "$").matcher(page()).results().toList();
	}

	private static String page() throws Exception {
		return Files.readString(DOCS.resolve("operations.md"));
	}

}
