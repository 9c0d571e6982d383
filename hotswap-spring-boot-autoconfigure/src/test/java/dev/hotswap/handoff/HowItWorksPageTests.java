package dev.hotswap.handoff;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import dev.hotswap.Role;
import dev.hotswap.Stage;
import dev.hotswap.control.MessageType;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the diagrams of {@code docs/how-it-works.md} name is there, and no stage is
 * missing.
 */
class HowItWorksPageTests {

	private static final Pattern DIAGRAM = Pattern.compile("(?s)```\n(.*?)```");

	private static final Pattern NAME = Pattern.compile("\\b[A-Z][A-Z_]{2,}\\b");

	@Test
	void diagramsNameWhatThereIs() throws Exception {
		Set<String> known = new HashSet<>(Set.of("UP"));
		Stream.of(Stage.values(), Role.values(), MessageType.values())
			.flatMap(Stream::of)
			.forEach((value) -> known.add(value.name()));
		List<String> named = new ArrayList<>();
		for (MatchResult diagram : DIAGRAM.matcher(Files.readString(Path.of("../docs/how-it-works.md")))
			.results()
			.toList()) {
			NAME.matcher(diagram.group(1)).results().forEach((name) -> named.add(name.group()));
		}
		assertThat(known).containsAll(named);
		assertThat(named)
			.containsAll(Stream.of(Stage.values()).filter((stage) -> stage != Stage.IDLE).map(Enum::name).toList());
	}

}
