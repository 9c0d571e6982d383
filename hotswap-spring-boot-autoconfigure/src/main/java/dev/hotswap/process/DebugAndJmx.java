package dev.hotswap.process;

import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Recognizes the JVM options that make a process listen for a debugger (JDWP) or for JMX.
 * While one process listens on such a port, a second one with the same options cannot.
 */
final class DebugAndJmx {

	private static final Pattern DEBUGGER = Pattern
		.compile("(?:-agentlib:jdwp|-Xrunjdwp|-agentpath:(?:[^=]*/)?(?:lib)?jdwp(?:\\.so)?)(?:[=:](.*))?");

	private static final Pattern JMX_PORT = Pattern
		.compile("-Dcom\\.sun\\.management\\.jmxremote(?:\\.\\w+)*\\.port(?:=(.*))?");

	private static final Pattern JMX_AGENT = Pattern
		.compile("-Dcom\\.sun\\.management\\.(?:jmxremote(?:[.=].*)?|config\\.file=.*)" + "|-XX:\\+ManagementServer");

	private DebugAndJmx() {
	}

	/**
	 * Whether an option cannot be given to a second process beside the first.
	 */
	static boolean isLeftOut(String option) {
		return DEBUGGER.matcher(option).matches() || JMX_PORT.matcher(option).matches();
	}

	/**
	 * Whether an option makes the process listen, on a fixed port or on any.
	 */
	static boolean isAgent(String option) {
		return isLeftOut(option) || JMX_AGENT.matcher(option).matches();
	}

	/**
	 * The fixed port on which an option makes the process listen.
	 */
	static OptionalInt port(String option) {
		Matcher debugger = DEBUGGER.matcher(option);
		if (debugger.matches()) {
			return (debugger.group(1) != null) ? debuggerPort(debugger.group(1)) : OptionalInt.empty();
		}
		Matcher jmx = JMX_PORT.matcher(option);
		return (jmx.matches() && jmx.group(1) != null) ? number(jmx.group(1)) : OptionalInt.empty();
	}

	/**
	 * Without {@code server=y} the address is the debugger's, which the process connects
	 * to.
	 */
	private static OptionalInt debuggerPort(String suboptions) {
		String[] all = suboptions.split(",");
		if (Stream.of(all).noneMatch("server=y"::equals)) {
			return OptionalInt.empty();
		}
		return Stream.of(all)
			.filter((suboption) -> suboption.startsWith("address="))
			.map((address) -> address.substring(Math.max(address.lastIndexOf(':'), address.indexOf('=')) + 1))
			.map(DebugAndJmx::number)
			.reduce(OptionalInt.empty(), (first, later) -> later);
	}

	private static OptionalInt number(String port) {
		try {
			int number = Integer.parseInt(port);
			return (number > 0) ? OptionalInt.of(number) : OptionalInt.empty();
		}
		catch (NumberFormatException ex) {
			return OptionalInt.empty();
		}
	}

}
