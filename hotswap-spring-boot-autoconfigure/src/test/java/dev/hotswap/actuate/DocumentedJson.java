package dev.hotswap.actuate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The JSON that {@code docs/observability.md} shows: of the health component, of the
 * endpoint, and of its releases.
 */
final class DocumentedJson {

	private static final Path PAGE = Path.of("../docs/observability.md");

	private static final Pattern BLOCK = Pattern.compile("(?s)```json\n(.*?)```");

	private DocumentedJson() {
	}

	static List<String> blocks() throws IOException {
		return BLOCK.matcher(Files.readString(PAGE)).results().map((block) -> block.group(1)).toList();
	}

}
