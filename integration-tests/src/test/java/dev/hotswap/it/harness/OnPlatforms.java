package dev.hotswap.it.harness;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ArgumentsSource;

/**
 * Runs a test class once for each of a choice of {@link Platform}s, which its constructor
 * (or a {@code @Parameter}) takes.
 * <p>
 * {@code mvn -Pfull verify} takes every JDK of this machine with every server. That is
 * six times the suite with two JDKs and takes most of an hour, so without the profile a
 * class runs on as many as its subject asks for; see {@link Choice}.
 * {@code -Dhotswap.test.jdk=25} and {@code -Dhotswap.test.server=netty-nio} leave one
 * JDK, or one server, to choose from.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@ParameterizedClass(name = "{0}", allowZeroInvocations = true)
@ArgumentsSource(Platforms.class)
@ExtendWith(Outcomes.class)
public @interface OnPlatforms {

	/**
	 * The platforms of a run that is not a full one.
	 * @return the choice
	 */
	Choice value() default Choice.EACH_SERVER;

	/**
	 * The servers that the class has something to say about.
	 * @return the servers, all unless the subject exists only on some
	 */
	Server[] servers() default { Server.TOMCAT, Server.NETTY_NIO, Server.NETTY_EPOLL };

	/**
	 * Whether a full run takes every combination, too; without it the choice stands.
	 * @return {@code false} for what takes very long and knows nothing of servers
	 */
	boolean everywhere() default true;

	/**
	 * How many platforms a run takes that is not a full one. Platforms pair JDKs, newest
	 * first, and servers, each in turn: with 17 and 25 these are Tomcat on 25, Netty's
	 * NIO on 17 and its native transport on 25. So what uses the JDK's own channels runs
	 * on both JDKs, and Tomcat where there are virtual threads.
	 */
	enum Choice {

		/**
		 * Each server and each JDK at least once, for what a server does itself:
		 * accepting, keeping and moving connections, ending them, stopping.
		 */
		EACH_SERVER,

		/**
		 * The first two, for what happens before a server is there or beside it:
		 * launching, the control socket, failures of processes, messages to operators,
		 * and for what takes long and is caught in a shorter way by the others. The
		 * second is there to show that nothing in it knows the server.
		 */
		TWO,

		/**
		 * The first only, for what takes long and is about files, the control connection
		 * or the machine.
		 */
		ONE

	}

}
