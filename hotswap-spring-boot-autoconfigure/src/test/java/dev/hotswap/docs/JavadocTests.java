package dev.hotswap.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

import com.sun.source.util.JavacTask;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Javadoc has nothing to complain about: every public type says what it is for, and its
 * references and tags are right. Properties are left out, which the configuration
 * metadata describes.
 */
class JavadocTests {

	private static final Path SOURCES = Path.of("src/main/java");

	private static final List<String> OPTIONS = List.of("-Xdoclint:all/protected",
			"-Xdoclint/package:-dev.hotswap.autoconfigure", "-proc:none", "-Xmaxwarns", "1000", "--class-path",
			System.getProperty("java.class.path"));

	/** Of what doclint says, and of nothing else. */
	private static final String DOCLINT = "compiler.warn.proc.messager";

	@Test
	void publicTypesAreDocumented() throws Exception {
		JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
		DiagnosticCollector<JavaFileObject> diagnostics = new DiagnosticCollector<>();
		try (StandardJavaFileManager files = compiler.getStandardFileManager(diagnostics, Locale.ROOT, null)) {
			JavacTask task = (JavacTask) compiler.getTask(null, files, diagnostics, OPTIONS, null,
					files.getJavaFileObjectsFromPaths(sources()));
			task.analyze();
		}
		assertThat(diagnostics.getDiagnostics()
			.stream()
			.filter((diagnostic) -> diagnostic.getKind() == Diagnostic.Kind.ERROR
					|| diagnostic.getCode().equals(DOCLINT)))
			.isEmpty();
	}

	private static List<Path> sources() throws IOException {
		try (Stream<Path> files = Files.walk(SOURCES)) {
			return files.filter((file) -> file.toString().endsWith(".java")).toList();
		}
	}

}
