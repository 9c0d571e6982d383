package dev.hotswap.it.harness;

import java.util.regex.Pattern;

/**
 * The web server that the fixture application runs on.
 */
public enum Server {

	TOMCAT(Pattern.compile("netty-|reactor-netty|webflux"));

	private final Pattern others;

	Server(Pattern others) {
		this.others = others;
	}

	/**
	 * Whether an artifact has no place on this server's class path.
	 * @param artifact the jar's file name
	 * @return whether it belongs to another server
	 */
	boolean excludes(String artifact) {
		return this.others.matcher(artifact).find();
	}

}
