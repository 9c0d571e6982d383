package dev.hotswap.docs;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

import javax.tools.DocumentationTool;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Javadoc is made without a warning: every public type says what it is for, and its
 * references and tags are right. The getters and setters of properties are left out,
 * which the configuration metadata describes.
 */
class JavadocTests {

	private static final Path SOURCES = Path.of("src/main/java");

	@Test
	void javadocIsMadeWithoutAWarning(@TempDir Path folder) throws Exception {
		DocumentationTool javadoc = ToolProvider.getSystemDocumentationTool();
		StringWriter output = new StringWriter();
		try (StandardJavaFileManager files = javadoc.getStandardFileManager(null, Locale.ROOT, null)) {
			List<String> options = List.of("-quiet", "-protected", "-Xdoclint:all",
					"-Xdoclint/package:-dev.hotswap.autoconfigure", "-Xmaxwarns", "1000", "-d", folder.toString(),
					"-classpath", System.getProperty("java.class.path"));
			assertThat(javadoc.getTask(output, files, null, null, options, files.getJavaFileObjectsFromPaths(sources()))
				.call()).as(output.toString()).isTrue();
		}
		assertThat(output.toString()).isEmpty();
		assertThat(folder.resolve("dev/hotswap/Handoff.html")).exists();
	}

	private static List<Path> sources() throws IOException {
		try (Stream<Path> files = Files.walk(SOURCES)) {
			return files.filter((file) -> file.toString().endsWith(".java")).toList();
		}
	}

}
