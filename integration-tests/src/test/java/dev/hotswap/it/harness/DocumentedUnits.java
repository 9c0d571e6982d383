package dev.hotswap.it.harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The unit files that the documentation shows: code blocks whose first line names the
 * file.
 */
public final class DocumentedUnits {

	private static final Path PAGE = Path.of("../docs/systemd.md");

	private static final Pattern FILE = Pattern.compile("(?ms)^```ini\n# /etc/systemd/system/(\\S+)\n(.*?)^```$");

	private DocumentedUnits() {
	}

	/**
	 * Read the page.
	 * @return the files' texts by their paths below {@code /etc/systemd/system}
	 * @throws IOException if it cannot be read
	 */
	public static Map<String, String> read() throws IOException {
		Map<String, String> files = new LinkedHashMap<>();
		Matcher matcher = FILE.matcher(Files.readString(PAGE));
		while (matcher.find()) {
			files.put(matcher.group(1), matcher.group(2));
		}
		return files;
	}

}
