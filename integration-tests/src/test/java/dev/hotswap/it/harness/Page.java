package dev.hotswap.it.harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A page of the documentation, for tests that do what it says.
 */
public final class Page {

	private final String text;

	private Page(String text) {
		this.text = text;
	}

	/**
	 * Read a page.
	 * @param name the file's name in the folder {@code docs}
	 * @return the page
	 * @throws IOException if it cannot be read
	 */
	public static Page of(String name) throws IOException {
		return new Page(Files.readString(Path.of("../docs").resolve(name)));
	}

	/**
	 * The fenced blocks of a language.
	 * @param language as it stands behind the fence
	 * @return their contents, in order
	 */
	public List<String> blocks(String language) {
		return Pattern.compile("(?ms)^```" + language + "\\n(.*?)^```$")
			.matcher(this.text)
			.results()
			.map((block) -> block.group(1))
			.toList();
	}

	/**
	 * What stands as code at the beginning of the rows of a table.
	 * @param prefix what it starts with
	 * @return the pieces of code, in order
	 */
	public List<String> codeOfRows(String prefix) {
		return this.text.lines()
			.filter((line) -> line.startsWith("| `" + prefix))
			.flatMap((line) -> Pattern.compile("`([^`]+)`").matcher(line.split(" \\| ")[0]).results())
			.map((code) -> code.group(1))
			.toList();
	}

}
