package dev.hotswap.it;

import java.io.IOException;

import dev.hotswap.it.harness.App;
import dev.hotswap.it.harness.Load;
import dev.hotswap.it.harness.LoadReport;
import dev.hotswap.it.harness.OnPlatforms;
import dev.hotswap.it.harness.Platform;
import dev.hotswap.it.harness.Sandbox;
import dev.hotswap.it.harness.Server;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static dev.hotswap.it.harness.LoadAssertions.assertThatNobodyNoticed;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * An application that changes its server changes it in a handoff: what goes over are
 * sockets and HTTP/1.1 connections at rest, which are the same to both.
 */
@OnPlatforms(value = OnPlatforms.Choice.ONE, servers = { Server.NETTY_EPOLL, Server.NETTY_NIO })
class MixedServersTests {

	private static final int CONNECTIONS = 50;

	private final Platform netty;

	private final Platform tomcat;

	@RegisterExtension
	private final Sandbox sandbox = new Sandbox();

	MixedServersTests(Platform netty) {
		this.netty = netty;
		this.tomcat = netty.on(Server.TOMCAT);
	}

	@Test
	void takeoverFromTomcatToNettyAndBackMovesKeptConnections() throws Exception {
		App first = app(this.tomcat).start().awaitServing();
		Load load = load(first);
		App second = takeOver(first, this.netty);
		App third = takeOver(second, this.tomcat);
		LoadReport report = load.stop();
		System.out.printf("HANDOFFS %s mode=mixed from=tomcat trigger=takeover handoffs=2 %s%n", this.netty, report);
		assertThatNobodyNoticedAndAllConnectionsMoved(report);
		assertThat(report.byPid()).containsOnlyKeys(first.pid(), second.pid(), third.pid());
		assertThat(third.status().path("generation").asInt()).isEqualTo(3);
	}

	@Test
	void takeoverFromNettyToTomcatMovesKeptConnections() throws Exception {
		App first = app(this.netty).start().awaitServing();
		Load load = load(first);
		takeOver(first, this.tomcat);
		LoadReport report = load.stop();
		System.out.printf("HANDOFFS %s mode=mixed from=netty trigger=takeover handoffs=1 %s%n", this.netty, report);
		assertThatNobodyNoticedAndAllConnectionsMoved(report);
	}

	@Test
	void tomcatLaunchesNettyWhereItsLaunchCommandSaysSo() throws Exception {
		App.Builder tomcat = app(this.tomcat);
		App app = tomcat.launching(app(this.netty).port(tomcat.port())).start().awaitServing();
		Load load = load(app);
		App.HandedOver handedOver = app.handOver();
		LoadReport report = load.stop();
		System.out.printf("HANDOFFS %s mode=mixed from=tomcat trigger=signal handoffs=1 %s%n", this.netty, report);
		assertThatNobodyNoticedAndAllConnectionsMoved(report);
		assertThat(handedOver.exitStatus()).hasValue(0);
		assertThat(app.get("/connectors").body()).contains("io.netty.channel");
	}

	private App takeOver(App predecessor, Platform platform) {
		App successor = app(platform).port(predecessor.port()).takeover().start().awaitServing();
		assertThat(predecessor.awaitExit()).isZero();
		return successor;
	}

	private App.Builder app(Platform platform) {
		return this.sandbox.app(platform).property("server.tomcat.max-keep-alive-requests", "-1");
	}

	private static Load load(App app) throws IOException {
		return Load.on(app.port(), "/hello").keptConnections(CONNECTIONS).start();
	}

	private static void assertThatNobodyNoticedAndAllConnectionsMoved(LoadReport report) {
		assertThatNobodyNoticed(report);
		assertThat(report.connects()).isEqualTo(CONNECTIONS);
		assertThat(report.announcedCloses()).isZero();
	}

}
