//! `token`: redeems an authorization code, a device code or a refresh token.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::refusal::Refusal;
use super::{Entra, Form, random, tenant};
use crate::response::Response;
use crate::service::Service;
use crate::token::{TokenClaims, id_token};

/// The scope and the nonce that a grant was issued for.
struct Granted {
    scope: String,
    nonce: String,
}

pub(super) fn serve(
    service: &Service,
    entra: &mut Entra,
    tenant: &str,
    form: &Form,
) -> Result<Response, Refusal> {
    tenant::check(tenant)?;
    let grant = form.require("grant_type")?;
    let name = grant.rsplit(':').next().unwrap_or(grant);
    entra.refuse(&["token", name])?;
    if !form.get("claims").is_empty() {
        let requested = form.get("claims").to_string();
        entra.stats.claims.push(requested);
    }
    let client = form.require("client_id")?;
    let granted = match name {
        "authorization_code" => code(entra, client, form),
        "device_code" => device_code(entra, client, form),
        "refresh_token" => refresh_token(entra, client, form),
        _ => Err(Refusal::new(
            "unsupported_grant_type",
            70003,
            format!("The app requested an unsupported grant type '{grant}'."),
        )),
    }?;
    let mut claims = entra.settings.claims.clone();
    claims.appid = client.into();
    if claims.scp == TokenClaims::default().scp {
        claims.scp = Some(graph_scopes(&granted.scope));
    }
    let life = claims.expires_in;
    let mut response = json!({
        "token_type": "Bearer",
        "scope": granted.scope,
        "expires_in": life,
        "ext_expires_in": life,
    });
    if granted.scope.contains("openid") {
        response["id_token"] = json!(id_token(&claims, &granted.nonce));
    }
    if granted.scope.contains("offline_access") {
        let refresh_token = random();
        entra
            .refresh_tokens
            .insert(refresh_token.clone(), client.into());
        response["refresh_token"] = json!(refresh_token);
    }
    response["access_token"] = json!(service.issue(claims));
    *entra.stats.tokens.entry(name.into()).or_default() += 1;
    Ok(Response::json(200, &response))
}

fn code(entra: &mut Entra, client: &str, form: &Form) -> Result<Granted, Refusal> {
    let wrong_nonce = entra.settings.wrong_nonce;
    let code = entra
        .codes
        .get_mut(form.require("code")?)
        .filter(|code| code.client == client)
        .ok_or_else(|| {
            Refusal::new(
                "invalid_grant",
                70000,
                "The provided authorization code is not valid.",
            )
        })?;
    if std::mem::replace(&mut code.redeemed, true) {
        return Err(Refusal::new(
            "invalid_grant",
            54005,
            "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.",
        ));
    }
    if code.redirect_uri != form.require("redirect_uri")? {
        return Err(Refusal::new(
            "invalid_grant",
            50011,
            "The redirect URI does not match the one of the authorization request.",
        ));
    }
    let verifier = form.require("code_verifier")?;
    if URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)) != code.challenge {
        return Err(Refusal::new(
            "invalid_grant",
            501_481,
            "The Code_Verifier does not match the code_challenge supplied in the authorization request.",
        ));
    }
    Ok(Granted {
        scope: code.scope.clone(),
        nonce: if wrong_nonce {
            random()
        } else {
            code.nonce.clone()
        },
    })
}

fn device_code(entra: &mut Entra, client: &str, form: &Form) -> Result<Granted, Refusal> {
    let key = form.require("device_code")?;
    let code = entra
        .device_codes
        .get_mut(key)
        .filter(|code| code.client == client)
        .ok_or_else(|| {
            Refusal::new(
                "bad_verification_code",
                70018,
                "The device code is not valid.",
            )
        })?;
    code.poll()?;
    let scope = code.scope.clone();
    entra.device_codes.remove(key);
    Ok(Granted {
        scope,
        nonce: String::new(),
    })
}

fn refresh_token(entra: &Entra, client: &str, form: &Form) -> Result<Granted, Refusal> {
    let known = entra.refresh_tokens.get(form.require("refresh_token")?);
    if known.is_none_or(|owner| owner != client) {
        return Err(Refusal::new(
            "invalid_grant",
            700_082,
            "The refresh token has expired due to inactivity.",
        ));
    }
    Ok(Granted {
        scope: form.require("scope")?.into(),
        nonce: String::new(),
    })
}

/// Returns the scopes that are meant for Graph: all but those of OpenID Connect.
fn graph_scopes(scope: &str) -> String {
    let openid = ["openid", "profile", "email", "offline_access"];
    let scopes = scope.split_whitespace().filter(|one| !openid.contains(one));
    scopes.collect::<Vec<_>>().join(" ")
}
