package dev.hotswap.it.harness;

import java.util.Locale;
import java.util.Optional;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestWatcher;

/**
 * Prints how each test ended on its platform, in the form of the figures that the tests
 * print themselves.
 */
final class Outcomes implements BeforeEachCallback, TestWatcher {

	@Override
	public void beforeEach(ExtensionContext context) {
		store(context).put("start", System.nanoTime());
	}

	@Override
	public void testSuccessful(ExtensionContext context) {
		print(context, "passed");
	}

	@Override
	public void testFailed(ExtensionContext context, @Nullable Throwable cause) {
		print(context, "failed");
	}

	@Override
	public void testAborted(ExtensionContext context, @Nullable Throwable cause) {
		print(context, "skipped");
	}

	private static void print(ExtensionContext context, String outcome) {
		String test = context.getRequiredTestClass().getSimpleName() + "." + context.getRequiredTestMethod().getName();
		if (context.getDisplayName().startsWith("[")) {
			// An invocation of a parameterized method: "[1] stage = "START"", in one word
			test += context.getDisplayName().replaceFirst("^\\[\\d+] ", "[").replaceAll("[\\s\"]", "") + "]";
		}
		long start = store(context).getOrDefault("start", Long.class, System.nanoTime());
		System.out.printf(Locale.ROOT, "TEST %s test=%s outcome=%s seconds=%.1f%n", platform(context), test, outcome,
				(System.nanoTime() - start) / 1e9);
	}

	/**
	 * The name of the class's invocation, which may hold a parameterized method's.
	 */
	private static String platform(ExtensionContext context) {
		Optional<ExtensionContext> container = context.getParent();
		while (container.isPresent() && !container.get().getDisplayName().startsWith("jdk=")) {
			container = container.get().getParent();
		}
		return container.map(ExtensionContext::getDisplayName).orElse("");
	}

	private static ExtensionContext.Store store(ExtensionContext context) {
		return context.getStore(ExtensionContext.Namespace.create(Outcomes.class));
	}

}
