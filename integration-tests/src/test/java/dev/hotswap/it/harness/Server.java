package dev.hotswap.it.harness;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The web server that an application of the tests runs on, chosen as users choose it: by
 * what is on the class path. One of the constants comes with all of them on the tests'
 * own, and leaves out what belongs to the others.
 */
public enum Server {

	/**
	 * Spring MVC on Tomcat.
	 */
	TOMCAT(Artifacts.NETTY),

	/**
	 * WebFlux on Reactor Netty without the native transport, which leaves it the JDK's
	 * channels.
	 */
	NETTY_NIO(Artifacts.TOMCAT + "|netty-transport-(native|classes)-epoll"),

	/**
	 * WebFlux on Reactor Netty with the native transport.
	 */
	NETTY_EPOLL(Artifacts.TOMCAT);

	private final Pattern others;

	Server(String others) {
		this.others = Pattern.compile("^(" + others + ")");
	}

	/**
	 * Find a server by its name.
	 * @param name as {@link #toString} gives it
	 * @return the server
	 * @throws IllegalArgumentException if there is none
	 */
	public static Server named(String name) {
		return valueOf(name.toUpperCase(Locale.ROOT).replace('-', '_'));
	}

	/**
	 * Whether an artifact has no place on this server's class path.
	 * @param artifact the jar's file name
	 * @return whether it belongs to another server
	 */
	boolean excludes(String artifact) {
		return this.others.matcher(artifact).find();
	}

	/**
	 * The name in figures and on the command line, such as {@code netty-epoll}.
	 * @return the constant's name in kebab case
	 */
	@Override
	public String toString() {
		return name().toLowerCase(Locale.ROOT).replace('_', '-');
	}

	private static final class Artifacts {

		static final String TOMCAT = "tomcat-|spring-boot(-starter)?-(tomcat|webmvc|servlet)|spring-webmvc"
				+ "|jakarta.servlet|jakarta.websocket";

		static final String NETTY = "netty-|reactor-|reactive-streams|spring-boot(-starter)?-(netty|reactor|webflux)"
				+ "|spring-webflux";

	}

}
