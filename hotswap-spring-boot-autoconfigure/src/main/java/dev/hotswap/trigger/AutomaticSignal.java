package dev.hotswap.trigger;

import java.util.Map;

/**
 * Chooses the signal where none is configured. HotSpot keeps SIGUSR2 for itself, to
 * suspend and resume threads: a handler on it is called all the time while a Flight
 * Recorder recording runs, and the recording finds nothing. {@code _JAVA_SR_SIGNUM} moves
 * that use to another signal (os::Posix in HotSpot's signals_posix.cpp), and then SIGUSR2
 * is free.
 *
 * @param name the signal's name without SIG
 * @param reason why, for the log
 */
public record AutomaticSignal(String name, String reason) {

	static final String VARIABLE = "_JAVA_SR_SIGNUM";

	/** SIGUSR2 on Linux, where Hotswap runs. */
	private static final int USR2 = 12;

	/** The last signal. HotSpot takes what is out of its range for USR2 again. */
	private static final int LAST = 64;

	/**
	 * Choose.
	 * @param environment the environment variables of this process
	 * @return the signal to use
	 */
	public static AutomaticSignal choose(Map<String, String> environment) {
		if (isUsr2Free(environment)) {
			return new AutomaticSignal("USR2", VARIABLE + "=" + environment.get(VARIABLE) + " leaves it to us");
		}
		return new AutomaticSignal("USR1",
				"the JVM needs USR2 for itself; start it with " + VARIABLE + "=40 in the environment to use USR2");
	}

	static boolean isUsr2Free(Map<String, String> environment) {
		String number = environment.getOrDefault(VARIABLE, "");
		return number.matches("\\d{1,2}") && Integer.parseInt(number) > USR2 && Integer.parseInt(number) <= LAST;
	}

}
