package dev.hotswap.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A program that prints how it was started, one item a line.
 */
final class CommandLinePrinter {

	private CommandLinePrinter() {
	}

	/**
	 * The main method.
	 * @param arguments printed
	 * @throws IOException when the command line cannot be read
	 */
	public static void main(String[] arguments) throws IOException {
		List<String> lines = new ArrayList<>();
		lines.add(String.valueOf(System.getProperty("added")));
		lines.add(Arrays.asList(arguments).toString());
		lines.addAll(CommandLine.ofThisProcess().words());
		System.out.write((String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8));
		System.out.flush();
	}

}
