package dev.hotswap.it;

import dev.hotswap.it.harness.App;
import dev.hotswap.it.harness.Load;
import dev.hotswap.it.harness.LoadReport;
import dev.hotswap.it.harness.OnPlatforms;
import dev.hotswap.it.harness.OnPlatforms.Choice;
import dev.hotswap.it.harness.Platform;
import dev.hotswap.it.harness.Sandbox;
import dev.hotswap.it.harness.Server;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static dev.hotswap.it.harness.LoadAssertions.assertThatNobodyNoticed;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Without {@code --add-opens} anywhere the listeners still go over, in a handoff by
 * signal; where the server uses the JDK's channels, its connections do not.
 */
@OnPlatforms(value = Choice.ONE, servers = { Server.TOMCAT, Server.NETTY_EPOLL, Server.NETTY_NIO })
class WithoutAddOpensTests {

	private final Platform platform;

	@RegisterExtension
	private final Sandbox sandbox = new Sandbox();

	WithoutAddOpensTests(Platform platform) {
		this.platform = platform;
	}

	@Test
	void handsOverBySignal() throws Exception {
		App app = this.sandbox.app(this.platform)
			.withoutAddOpens()
			.property("server.tomcat.max-keep-alive-requests", -1)
			.start()
			.awaitServing();
		Load load = Load.on(app.port(), "/hello").keptConnections(16).start();
		App.HandedOver first = app.handOver();
		App.HandedOver second = app.handOver();
		LoadReport report = load.stop();
		System.out.printf("HANDOFFS %s mode=without-add-opens trigger=signal handoffs=2 %s%n", this.platform, report);
		assertThatNobodyNoticed(report);
		// Those of the first process, which alone was not launched by us
		assertThat(report.announcedCloses()).isEqualTo(needsNone() ? 0 : 16);
		assertThat(first.exitStatus()).hasValue(0);
		assertThat(second.exitStatus()).hasValue(0);
	}

	@Test
	void takeoverByAProcessThatLacksItSaysWhatToAddWhereItIsNeeded() throws Exception {
		App app = this.sandbox.app(this.platform).start().awaitServing();
		App other = this.sandbox.app(this.platform).port(app.port()).withoutAddOpens().takeover().start();
		if (needsNone()) {
			assertThat(app.awaitExit()).isZero();
			assertThat(other.servingPid()).isEqualTo(other.pid());
			return;
		}
		assertThat(other.awaitExit()).isEqualTo(14);
		assertThat(other.output()).contains("--add-opens")
			.contains("java.base/sun.nio.ch")
			.contains("APPLICATION FAILED TO START")
			.contains("could not be taken over");
		assertThat(app.servingPid()).isEqualTo(app.pid());
	}

	/** Netty's native transport uses none of the JDK's channels. */
	private boolean needsNone() {
		return this.platform.server() == Server.NETTY_EPOLL;
	}

}
