package dev.hotswap.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The reference of properties in {@code docs/configuration.md} is that of the metadata.
 * {@code -Dhotswap.docs.write=true} writes it anew.
 */
class ConfigurationPageTests {

	private static final Path PAGE = Path.of("../docs/configuration.md");

	private static final String BEGIN = "<!-- properties: written by ConfigurationPageTests, with -Dhotswap.docs.write=true -->\n";

	private static final String END = "<!-- end of properties -->";

	private final String page = read();

	@Test
	void referenceIsThatOfTheMetadata() throws Exception {
		String reference = new PropertyReference().render();
		int begin = this.page.indexOf(BEGIN) + BEGIN.length();
		int end = this.page.indexOf(END);
		assertThat(begin).isBetween(BEGIN.length(), end);
		if (Boolean.getBoolean("hotswap.docs.write")) {
			Files.writeString(PAGE, this.page.substring(0, begin) + reference + this.page.substring(end));
			return;
		}
		assertThat(this.page.substring(begin, end)).isEqualTo(reference);
	}

	private static String read() {
		try {
			return Files.readString(PAGE);
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
