"""What the four systems ask of the catalogue, written down apart from it."""

CRUD = "list get create update delete"
PUBLISHING = {"campaigns", "campaigns_2", "sms", "assets", "automation"}
PLAIN = "audiences audiences_2 offers loyalty_rules promo_codes digital_properties composer sm_sync"
RESOURCES = {
    "admin_rights": "accounts access groups group_members roles access_log units",
    "units": "unit_settings email_templates usage",
    "settings": "account_settings integrations integrations_paid engagement_scoring lead_scoring footers"
    " custom_fields custom_tables sender_addresses test_recipient_lists reply_filters forms sms_responses"
    " invoices",
    "campaigns": "campaigns ad_campaigns",
    "campaigns_2": "campaigns_2",
    "automation": "automations automation_templates",
    "assets": "templates brand_colors rendering_credits editor_cells editor_html media snippets stylesheets"
    " landing_pages",
    "surveys": "surveys_legacy survey_reports_legacy form_responses pages_forms",
    "events": "events event_managers",
    "customers": "user_profiles custom_profile_attributes",
    "contacts": "contacts import_history bans contact_removals suppression_lists email_addresses contact_tags"
    " contact_lists email_settings",
    "sms": "sms_contacts sms_single_messages sms_campaigns",
    "companies": "companies company_ownership",
    "segments": "segments categories segment_tests",
    "chat": "chat",
    "sales": "sales_dashboard pipelines pipeline_stages deals products deal_notes tasks",
    "ecommerce": "ecommerce",
    "analytics": "overview_reports campaign_reports contact_reports purchase_reports sms_reports"
    " billing_reports report_groups custom_reports analytics cross_account_analytics report_details",
    **{module: module for module in PLAIN.split()},
}
OFFERED = {
    CRUD: f"group_members accounts groups units user_profiles custom_profile_attributes landing_pages"
    f" pipelines deals deal_notes tasks surveys_legacy pages_forms {PLAIN}",
    "list get": "access_log import_history overview_reports contact_reports purchase_reports sms_reports"
    " billing_reports analytics cross_account_analytics report_details ecommerce",
    "create update": "engagement_scoring custom_fields reply_filters integrations_paid sms_responses",
    "get update": "email_settings editor_html sales_dashboard lead_scoring",
    "list get create update": "custom_reports integrations footers events",
    "create": "contact_tags contact_lists sms_single_messages",
    "list get update": "account_settings unit_settings email_templates",
    f"{CRUD} assign": "roles report_groups",
    "get": "email_addresses usage",
    f"test {CRUD} copy": "segments categories",
    f"{CRUD} copy": "snippets products",
    "create update delete": "pipeline_stages sender_addresses",
    "create update delete copy": "custom_tables forms",
    "get export": "survey_reports_legacy form_responses",
    f"{CRUD} approve start suspend": "ad_campaigns campaigns_2",
    f"test {CRUD} copy submit approve start suspend": "campaigns",
    f"{CRUD} copy import export unsubscribe": "contacts",
    "list get create": "bans",
    "create import": "contact_removals",
    "delete import assign": "suppression_lists",
    f"{CRUD} import unsubscribe": "sms_contacts",
    "list get create update start": "sms_campaigns",
    f"{CRUD} export": "companies",
    "update": "company_ownership",
    "export": "segment_tests",
    f"{CRUD} copy approve": "templates",
    "list get create update copy": "brand_colors",
    "purchase": "rendering_credits",
    "lock": "editor_cells",
    "list get delete import": "media",
    f"use {CRUD} copy import": "stylesheets",
    f"{CRUD} start suspend": "automations",
    "list get create copy": "automation_templates",
    "list get export": "campaign_reports",
    "use create": "test_recipient_lists",
    "list get purchase": "invoices",
    "use": "chat",
    "assign": "event_managers",
    "assign delegate": "access",
}
GATED = {
    "contact_deletion": "contacts:delete contact_removals:*",
    "manage_bans": "bans:*",
    "sms": "sms_contacts:*",
    "basic_crm": "companies:* company_ownership:* sales_dashboard:* pipelines:* pipeline_stages:* deals:*"
    " products:* deal_notes:* tasks:*",
    "email_rendering": "rendering_credits:*",
    "clickstream": "purchase_reports:*",
    "reply_filtering": "reply_filters:*",
    "integrations_paid": "integrations_paid:*",
    "multi_unit": "brand_colors:copy automation_templates:copy custom_tables:copy forms:copy"
    " cross_account_analytics:*",
}
NAMED_AREAS = (
    ("S2-P", 19),
    *(("S3-C", 8), ("S3-M", 4), ("S3-B", 5), ("S3-G", 3), ("S3-P", 5)),
    *(("S3-A", 17), ("S3-L", 19), ("S3-U", 3), ("S3-Y", 8), ("S3-T", 15)),
)
NAMED_ROWS = {f"{area}{number:02}" for area, count in NAMED_AREAS for number in range(1, count + 1)}
