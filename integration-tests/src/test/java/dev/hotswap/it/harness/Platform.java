package dev.hotswap.it.harness;

/**
 * What a test runs on: the JDK and the web server of the processes that it starts. The
 * test itself stays on the default JDK.
 *
 * @param jdk the JDK
 * @param server the web server
 */
public record Platform(Jdk jdk, Server server) {

	/**
	 * The JDK that runs this code, with Tomcat.
	 * @return the default platform
	 */
	public static Platform own() {
		return new Platform(Jdks.own(), Server.TOMCAT);
	}

	public Platform on(Server server) {
		return new Platform(this.jdk, server);
	}

	public boolean isTomcat() {
		return this.server == Server.TOMCAT;
	}

	/**
	 * As it stands in each line of figures.
	 * @return two {@code name=value} pairs
	 */
	@Override
	public String toString() {
		return "jdk=%d server=%s".formatted(this.jdk.feature(), this.server);
	}

}
